/** What the server wrote on the page: where the form and its files are, and where an answer goes. */
export interface Plan {
  form: string;
  /** The form's title in the page's language. */
  title: string;
  files: string;
  /** "" on a preview: there is nowhere to send to. */
  send: string;
  /** Where the record is that is corrected, "" for a new one; `names` are its files. */
  answers: string;
  recordFiles: string;
  names: string[];
  /** What stands behind each address of the office's pages: another project may be chosen in another window. */
  query: string;
}

export function readPlan(place: HTMLElement): Plan {
  const { form = "", title = "", files = "", send = "", answers = "", recordFiles = "", names = "[]", project = "" } = place.dataset;
  return { form, title, files, send, answers, recordFiles, names: JSON.parse(names) as string[], query: `?project=${project}` };
}
