"""A browser's page with what a walk needs of it: a camera, an ear for complaints, sign-in and sending a file."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

PASSWORD = "correct horse battery staple"


class Walk:
    """A page with its camera and its ear for what the browser complains of."""

    def __init__(self, page: Page, address: str, folder: Path) -> None:
        self.page, self.address, self.folder = page, address, folder
        self.complaints: list[str] = []
        self.shots: list[Path] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def shoot(self, name: str) -> None:
        self.shots.append(self.folder / f"{len(self.shots) + 1:02}_{name}.png")
        self.page.screenshot(path=self.shots[-1], full_page=True)

    def sign_in(self, name: str) -> None:
        self.page.goto(f"{self.address}/uploads/")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.shoot("sign_in")
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url("**/uploads/")

    def send(self, name: str, content: bytes) -> None:
        """Choose a file and wait for its own page."""
        self.page.goto(f"{self.address}/uploads/")
        self.page.set_input_files("input[type=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
        self.page.get_by_role("button", name="上传并检查").click()
        self.page.wait_for_url("**/uploads/*/")
