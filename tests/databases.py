"""A private PostgreSQL with PostGIS for one run of the tests: its own user, a temporary folder, then gone.

By hand: `python -m tests.databases COMMAND …` runs a command with TEST_DATABASE_URL set.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

OWNER = "postgres"  # PostgreSQL will not run as root; Debian's package makes this user
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # the folder lives as long as the run
    "full_page_writes": "off",
    "max_connections": "200",
    "timezone": "America/St_Johns",  # half an hour beside other zones: catches who leans on the server's
    "autovacuum_naptime": "10s",
}
TEMPLATE = "fangshi_template"


class NoPostgresql(Exception):
    """The server's programs are not there, or it did not start."""


def find_programs() -> Path:
    """The folder of initdb and postgres, newest version first. Raises NoPostgresql."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]), reverse=True)
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoPostgresql("PostgreSQL is not installed; `./fangshi test` installs it")
    return Path(on_path).parent


def as_owner() -> dict[str, object]:
    """How subprocess is to run PostgreSQL: as its own user when we are root, as ourselves when not."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(OWNER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def die_with_tests() -> None:
    """In the child, after it became its own user: shut down at once when the tests are gone, however they went."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


@contextmanager
def private_postgresql() -> Iterator[str]:
    """Runs a server; gives the URL of an empty database with PostGIS in it. Raises NoPostgresql."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="fangshi-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER, OWNER)
    try:
        make_cluster(programs, folder)
        server = start_server(programs, folder)
        try:
            yield fill_template(wait_for_server(server, folder))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_cluster(programs: Path, folder: Path) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "fangshi", "-A", "trust", "-E", "UTF8"]
    done = subprocess.run(
        [*command, "--locale=C.UTF-8", "--no-sync"], cwd=folder, capture_output=True, text=True, **as_owner()
    )
    if done.returncode:
        raise NoPostgresql(done.stderr.strip() or done.stdout.strip())
    # In its file, not on its command line: what stands there no ALTER SYSTEM changes, and benchmarks want fsync.
    with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())


def start_server(programs: Path, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_tests,
            **as_owner(),
        )


def wait_for_server(server: subprocess.Popen[bytes], folder: Path) -> str:
    """The URL of the server's own database once it answers. Raises NoPostgresql with the end of its log."""
    url = f"postgresql://fangshi@/postgres?host={folder}"
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(url).close()
            return url
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise NoPostgresql((folder / "log").read_text(errors="replace")[-2000:])


def fill_template(url: str) -> str:
    """Makes the template with PostGIS and a first database from it; gives that database's URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    with psycopg.connect(url.replace("/postgres?", f"/{TEMPLATE}?"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
    return new_database(url, "fangshi_test")


def new_database(url: str, name: str, template: str = TEMPLATE) -> str:
    """A copy of the template (empty with PostGIS) beside the one that the URL names, made anew if it is there; its URL."""
    head, _, query = url.partition("?")
    server = f"{head.rpartition('/')[0]}/postgres?{query}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{head.rpartition('/')[0]}/{name}?{query}"


def sync_truly(url: str) -> str:
    """From now on it syncs what it acknowledges, as a town's does. Gives the number of its first process. Raises NoPostgresql."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = on")
        connection.execute("ALTER SYSTEM SET full_page_writes = on")
        connection.execute("SELECT pg_reload_conf()")
    for _ in range(50):  # its first process reads them some time later
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT current_setting('data_directory'), current_setting('fsync')").fetchone()
        if row is not None and row[1] == "on":
            return (Path(row[0]) / "postmaster.pid").read_text(encoding="utf-8").split()[0]
        time.sleep(0.1)
    raise NoPostgresql("it does not sync: what it acknowledges would be measured without a disk")


def main(command: list[str]) -> int:
    with private_postgresql() as url:
        return subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
