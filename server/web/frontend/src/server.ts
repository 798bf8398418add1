// Whether the server answers, and who is signed in in this browser now.

export interface SignedIn {
  actor: number | null;
  csrf: string;
}

const PATIENCE_MS = 8_000;

/** Null when nothing that makes sense comes back in time: no network, the server away, its database away. */
export async function askServer(): Promise<SignedIn | null> {
  const patience = new AbortController();
  const timer = window.setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch("/signed-in", { cache: "no-store", signal: patience.signal });
    return answer.ok ? ((await answer.json()) as SignedIn) : null;
  } catch {
    return null;
  } finally {
    window.clearTimeout(timer);
  }
}
