"""Where alerts arrive in tests: a real mail server and a real web server on loopback."""

from __future__ import annotations

import asyncio
import email
import email.policy
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Post:
    """A mail server that keeps what it gets; ``refuses`` is what it answers instead of taking a mail."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: str | None = None
    logins: list[LoginPassword] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd calls it so
        if self.refuses is not None:
            return self.refuses
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        made = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(made, EmailMessage)
        self.mails.append(made)
        return "250 OK"

    def texts(self) -> list[str]:
        return [mail.get_content() for mail in self.mails]

    def authenticate(self, *args: object) -> AuthResult:
        data = args[-1]
        assert isinstance(data, LoginPassword)
        self.logins.append(data)
        return AuthResult(success=data.password == b"posta-parolasi", handled=False)


@asynccontextmanager
async def mail_server(*, auth: bool = False) -> AsyncIterator[Post]:
    post, loop = Post(), asyncio.get_running_loop()

    def serve() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it advises against passwords without TLS, as it should
            return SMTP(
                post, loop=loop, hostname="localhost", authenticator=post.authenticate, auth_required=auth,
                auth_require_tls=False,
            )  # fmt: skip

    server = await loop.create_server(serve, "127.0.0.1", 0)
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()


@dataclass
class Web:
    """A web server that keeps what is posted to it and answers with ``status``."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        headers = {"Location": "/elsewhere"} if self.status == 302 else {}
        return web.Response(status=self.status, headers=headers)


@asynccontextmanager
async def web_server() -> AsyncIterator[Web]:
    made = Web()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.take)
    async with TestServer(app, host="127.0.0.1") as server:
        made.url = str(server.make_url("/gizli-anahtar-42"))
        yield made
