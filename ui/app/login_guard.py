"""Makes clients that guess passwords wait: applies ``ui.state.logins`` to login requests."""

from __future__ import annotations

import math

from ui.app.guard import App, Message, Receive, Refusal, Scope, Send, refuse
from ui.state.logins import Lockout

PATHS = ("/login", "/login/")
HINT = "After five wrong passwords you wait half a minute for the next try, and longer after each further one."


class LoginGuard:
    """Passes login attempts on to ``app`` unless their address has to wait."""

    def __init__(self, app: App, *, lockout: Lockout | None = None) -> None:
        self.app, self.lockout = app, lockout or Lockout()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and learn from the response whether the password was right."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in PATHS:
            await self.app(scope, receive, send)
            return
        address = (scope.get("client") or ("",))[0]
        if wait := math.ceil(self.lockout.wait(address)):
            await refuse(send, Refusal(429, f"too many wrong passwords; try again in {wait} seconds", wait))
            return
        self.lockout.began(address)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self.lockout.succeeded(address)
            await send(message)

        await self.app(scope, receive, watched)
