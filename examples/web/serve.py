"""Serves the page beside it, with a network and sample pictures: python serve.py MODEL [PNG …].

The two headers let the page share memory between threads, which ONNX Runtime Web needs to run on
more than one core; any server of yours needs them for the same.
"""

import argparse
import json
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Server(ThreadingHTTPServer):
    def __init__(self, port: int, model: Path, samples: list[Path]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.files = {"/model.onnx": model} | {
            f"/samples/{i}.png": p for i, p in enumerate(samples)
        }
        self.samples = json.dumps([url.lstrip("/") for url in self.files if "samples" in url])

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_port}/"


class Handler(SimpleHTTPRequestHandler):
    server: Server
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def translate_path(self, path: str) -> str:
        file = self.server.files.get(path)
        if file:
            return str(file)
        self.directory = str(HERE)
        return super().translate_path(path)

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def do_GET(self) -> None:
        if self.path == "/samples.json":
            body = self.server.samples.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    arguments = argparse.ArgumentParser(description="Serves a page that runs a network.")
    arguments.add_argument("model", type=Path)
    arguments.add_argument("samples", type=Path, nargs="*", help="pictures to offer on the page")
    arguments.add_argument("--port", type=int, default=8000)
    options = arguments.parse_args()
    with Server(options.port, options.model, options.samples) as server:
        print(f"{server.url} (Ctrl+C ends it)", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
