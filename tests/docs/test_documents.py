"""What the documentation shows is run: every page's examples, in order, in one empty folder.

Python blocks of a page share their names. A C++ block with a `main` is built against the library
and run. A shell block is run when it is made of `convoy` and `python` commands. What cannot be run
is preceded by a line `<!-- not run: reason -->`. A block after `<!-- from: file -->` is a passage
of that file. The modules beside the lessons of `examples/` can be imported.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
QUOTE = re.compile(r"^<!-- from: (.*) -->\n+^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(
    r"^(?P<skip><!-- not run: [^\n]*-->\n+)?^```(?P<language>python|cpp|sh)\n(?P<code>.*?)^```",
    re.MULTILINE | re.DOTALL,
)


def pages() -> list[Path]:
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in documents if any(blocks(page))]


def blocks(page: Path) -> list[tuple[str, str, int]]:
    """Language, code and line of each block of `page` that is to be run."""
    text = page.read_text()
    return [
        (found["language"], found["code"], text[: found.start("code")].count("\n"))
        for found in BLOCK.finditer(text)
        if not found["skip"] and runnable(found["language"], found["code"])
    ]


def runnable(language: str, code: str) -> bool:
    if language == "cpp":
        return "int main(" in code
    if language == "sh":
        commands = [line for line in code.splitlines() if line and not line.startswith(("#", " "))]
        return all(line.startswith(("convoy ", "python ")) for line in commands)
    return True


def environment() -> dict[str, str]:
    """Convoy's command line and this Python come first."""
    path = [str(BUILD / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    return os.environ | {
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": os.pathsep.join([str(BUILD / "python"), str(ROOT / "examples")]),
    }


def run_cpp(code: str, folder: Path) -> None:
    (folder / "block.cc").write_text(code)
    library = [f"-I{ROOT}", f"-I{BUILD}/generated", f"{BUILD}/libconvoy.a", "-lfmt", "-pthread"]
    library += ["-lhwy", "-lpng", "-ljpeg", "-lzip"]
    command = [os.environ.get("CXX", "c++"), "-std=c++20", "block.cc", *library, "-o", "block"]
    subprocess.run(command, cwd=folder, check=True)
    subprocess.run(["./block"], cwd=folder, env=environment(), check=True)


def run_sh(code: str, folder: Path) -> None:
    command = ["bash", "-euo", "pipefail", "-c", code]
    subprocess.run(command, cwd=folder, env=environment(), check=True)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(ROOT / "examples")
    names: dict[str, object] = {"__name__": "__main__"}
    for language, code, line in blocks(page):
        print(f"{page.relative_to(ROOT)}:{line}: {shlex.quote(code.splitlines()[0])}")
        if language == "cpp":
            run_cpp(code, tmp_path)
        elif language == "sh":
            run_sh(code, tmp_path)
        else:  # line numbers of a traceback are the page's
            exec(compile("\n" * line + code, str(page), "exec"), names)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_quotes_is_in_the_file(page: Path) -> None:
    for file, code in QUOTE.findall(page.read_text()):
        assert code in (ROOT / file).read_text(), f"{page.name} quotes what {file} does not say"
