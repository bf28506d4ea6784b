"""The visit list: saved, kept, copied, and on paper."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.chat import LINE, PHONE, SURVIVAL, Chat


def _filled(chat: Chat) -> None:
    chat.open()
    turn = chat.ask(SURVIVAL)
    turn.locator(".save").click()
    expect(chat.status).to_contain_text("Saved for your visit")
    chat.panel("visit")
    chat.find("#own").fill("Can my sister <come> along & ask?")
    chat.find("#own").press("Enter")


def test_it_is_kept_over_a_reload_and_shared_with_nobody(chat: Chat) -> None:
    chat.visit()
    _filled(chat)
    sent = [request.post_data or "" for request in chat.requests]
    assert not any("sister" in data for data in sent)
    chat.page.reload()
    expect(chat.find("#visit")).to_have_attribute("aria-label", "Visit list, 2 questions")
    expect(chat.turns.locator(".save")).to_have_text("Saved for my visit")
    chat.turns.locator(".save").click()
    expect(chat.find("#visit")).to_have_attribute("aria-label", "Visit list, 1 question")


def test_the_same_question_is_there_once(chat: Chat) -> None:
    chat.visit().open()
    for _ in range(2):
        chat.ask(SURVIVAL)
    chat.find(".save").first.click()
    expect(chat.find(".save").last).to_have_attribute("aria-pressed", "true")
    expect(chat.panel("visit").locator("li")).to_have_count(1)


def test_it_is_copied_as_text(chat: Chat) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.visit()
    _filled(chat)
    chat.find("#copy-visit").click()
    expect(chat.status).to_have_text("Copied.")
    text = chat.page.evaluate("navigator.clipboard.readText()")
    assert f"1. {SURVIVAL}\n2. Can my sister <come> along & ask?" in text
    assert LINE in text


_HOSTILE = "<style>body * { display: none !important; color: white !important; font-size: 60px !important } @page { margin: 0 }</style>"


@pytest.mark.parametrize("where", ["demo", "hostile page"])
@pytest.mark.parametrize("size", [pytest.param("desktop"), pytest.param("phone", marks=pytest.mark.browser_context_args(viewport=PHONE))])
def test_it_is_alone_on_paper(chat: Chat, where: str, size: str) -> None:
    if where == "demo":
        chat.visit()
    else:
        chat.host("<div><main><h1>Leiomyosarcoma care</h1></main></div>", head=_HOSTILE)
    chat.page.evaluate("window.print = () => { window.printed = document.querySelectorAll('lms-chat-print').length; }")
    _filled(chat)
    chat.find("#print").click()
    assert chat.page.evaluate("window.printed") == 1
    pages = PdfReader(io.BytesIO(chat.page.pdf())).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert len(pages) == 1
    assert text.startswith("Questions for my visit")
    assert SURVIVAL in text
    assert "Can my sister <come> along & ask?" in text
    assert LINE in text
    assert "Leiomyosarcoma care" not in text
    assert "Close" not in text
    # Printing is over: the page is as it was.
    assert chat.page.locator("lms-chat-print").count() == 0
    assert chat.page.evaluate("document.adoptedStyleSheets.length") == 0


def test_on_a_page_that_is_printed_the_chat_is_not(chat: Chat) -> None:
    chat.visit().open()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(chat.page.pdf())).pages)
    assert "Leiomyosarcoma care" in text
    assert "automated assistant, not a doctor" not in text
    assert "Close" not in text
