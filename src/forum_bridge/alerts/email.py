"""Alerts by e-mail over a mail server (SMTP). A server's certificate is always checked."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from typing import ClassVar

import aiosmtplib

from forum_bridge.alerts.channel import NotTold
from forum_bridge.alerts.words import Message
from forum_bridge.config import AlertConfig
from forum_bridge.config.alerts import Security
from forum_bridge.model import Clock


class Email:
    """Sends one mail a message."""

    one_by_one: ClassVar[bool] = False

    def __init__(self, config: AlertConfig, clock: Clock) -> None:
        self.config = config
        self._clock = clock

    async def tell(self, message: Message) -> None:
        """Raises NotTold where the server cannot be asked or does not take the mail."""
        config = self.config
        secure = config.security
        try:
            await aiosmtplib.send(
                self._mail(message),
                hostname=config.server,
                port=config.mail_port,
                username=config.user,
                password=config.password.get_secret_value() if config.password is not None else None,
                use_tls=secure is Security.TLS,
                start_tls=secure is Security.STARTTLS,
                timeout=config.timeout.total_seconds(),
            )
        except aiosmtplib.SMTPResponseException as error:  # what the server says may repeat what it was told
            raise NotTold(f"The mail server {config.server} answered with {error.code}.") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotTold(f"The mail server {config.server} was not reached: {type(error).__name__}.") from error

    def _mail(self, message: Message) -> EmailMessage:
        mail, sender = EmailMessage(), self.config.sender or ""
        mail["From"], mail["To"] = sender, ", ".join(self.config.recipients)
        mail["Subject"], mail["Date"] = message.title, format_datetime(self._clock())
        mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2] or 'forum-bridge'}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        mail.set_content(message.text)
        return mail
