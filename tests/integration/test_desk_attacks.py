"""The attack list: what must not be possible at the desk."""

from __future__ import annotations

import csv
import datetime as dt
import html as escape
import io
import re
import statistics
import time
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa

from tests.integration.desk import PASSWORD, Browser, RunningDesk
from tests.integration.test_desk_pages import _form, _version, asked_for_a_person
from web.desk.lockout import FREE_BY_ADDRESS, FREE_TOGETHER
from web.desk.security import local_path

SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="alert(1)'
_PUBLIC = {"/health", "/sign-in", "/sign-in/link/{token}", "/sign-in/single", "/sign-in/back", "/static/{mark}/{name}"}


def _every_route(running: RunningDesk) -> list[tuple[str, str]]:
    routes = [(method, route.path) for route in running.app.routes for method in sorted(route.methods - {"HEAD"})]  # type: ignore[attr-defined]
    assert len(routes) > 50
    return routes


def _filled(path: str) -> str:
    return re.sub(r"\{number\}", "1", re.sub(r"\{(?!number)\w+\}", "survival", path))


def test_nothing_is_read_or_done_without_a_session(running: RunningDesk) -> None:
    asked_for_a_person(running, "a secret of the transcript")
    browser = running.browser()
    browser.page("/sign-in")
    for method, path in _every_route(running):
        if path in _PUBLIC:
            continue
        answer = browser.request(method, _filled(path), data={"csrf": browser.csrf} if method == "POST" else None)
        refused = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?")
        assert refused or (answer.status_code == 401 and path.startswith("/embed")), (method, path, answer.status_code)
        assert "secret" not in answer.text
    assert running.desk.handoffs.waiting() == 1


@pytest.mark.parametrize("csrf", [None, "", "x", "of another session"])
def test_no_form_is_taken_with_a_missing_or_forged_token(running: RunningDesk, csrf: str | None) -> None:
    asked_for_a_person(running, "a person please")
    other = running.browser("admin", "other")
    other.page("/accounts")
    token = other.csrf if csrf == "of another session" else csrf
    people = {role: running.browser(role) for role in ("admin", "reviewer")}
    for method, path in _every_route(running):
        if method == "POST":
            who = people["reviewer" if path.startswith("/curation") else "admin"]
            answer = who.post(_filled(path), data={"note": "x"} if token is None else {"note": "x", "csrf": token})
            assert answer.status_code == 403, path
            assert "This form is too old" in answer.text, path
    assert running.desk.handoffs.waiting() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "http://127.0.0.1"},
    ],
)
def test_no_form_is_taken_from_another_site_even_with_the_token(running: RunningDesk, headers: dict[str, str]) -> None:
    asked_for_a_person(running, "a person please")
    staff = running.browser("staff")
    staff.page("/handoffs")
    assert staff.submit("/handoffs/1/take", headers=headers).status_code == 403
    # Of an old browser only the origin is known.
    plain = dict(staff.cookies)
    for origin in ("null", "http://evil.example", f"http://127.0.0.1:{running.port + 1}"):
        sent = httpx2.post(f"{running.base}/handoffs/1/take", data={"csrf": staff.csrf}, cookies=plain, headers={"Origin": origin})
        assert sent.status_code == 403
    assert httpx2.post(f"{running.base}/handoffs/1/take", data={"csrf": staff.csrf}, cookies=plain).status_code == 403
    sent = httpx2.post(f"{running.base}/handoffs/1/take", data={"csrf": staff.csrf}, cookies=plain, headers={"Origin": running.base})
    assert sent.status_code == 303


def test_nobody_approves_publishes_or_rolls_back_to_their_own(running: RunningDesk) -> None:
    ann, eve = running.browser("reviewer", "ann"), running.browser("reviewer", "eve")
    ann.page("/curation")
    html = ann.submit("/curation/entry/definition/draft").text
    html = ann.submit("/curation/entry/definition/2/edit", **{**_form(html), "title": "What LMS means", "then": "submit"}).text
    at = "/curation/entry/definition/2"
    for fields in ({}, {"by": "somebody"}, {"reviewer": "somebody"}, {"author": "somebody"}):
        assert ann.submit(f"{at}/approve", version=_version(html), **fields).status_code == 403
        assert ann.submit(f"{at}/publish", version=_version(html), **fields).status_code in {400, 403}
    # A second writer is a writer as well.
    html = eve.page(at)
    html = eve.submit(f"{at}/send-back", version=_version(html), note="one more word").text
    html = eve.submit(f"{at}/edit", **{**_form(html), "title": "What LMS is, in short", "then": "submit"}).text
    assert eve.submit(f"{at}/approve", version=_version(html)).status_code == 403
    ben = running.browser("reviewer", "ben")
    html = ben.submit(f"{at}/approve", version=_version(ben.page(at))).text
    for writer in (ann, eve):
        writer.page(at)
        assert writer.submit(f"{at}/publish", version=_version(html)).status_code == 403
    assert ben.submit(f"{at}/publish", version=_version(html)).status_code == 200


def test_a_curator_does_not_review_and_staff_do_not_write(running: RunningDesk) -> None:
    ann = running.browser("curator", "ann")
    ann.page("/curation")
    html = ann.submit("/curation/entry/definition/draft").text
    ann.submit("/curation/entry/definition/2/edit", **{**_form(html), "title": "What LMS means", "then": "submit"})
    for role, paths in {
        "curator": ["approve", "publish", "roll-back", "retire"],
        "staff": ["approve", "publish", "roll-back", "retire", "edit", "send-back", "withdraw", "rebase"],
    }.items():
        browser = running.browser(role, f"a-{role}")
        browser.page("/")
        for path in paths:
            assert browser.submit(f"/curation/entry/definition/2/{path}", version="2", note="x").status_code == 403, path


def test_a_script_is_text_wherever_it_was_written(running: RunningDesk) -> None:
    asked_for_a_person(running, SCRIPT)
    for n in range(3):
        asked_for_a_person(running, f"{SCRIPT} please {n % 1}", kind="fallback", entry="fallback")
    reviewer, other = running.browser("reviewer"), running.browser("reviewer", "other")
    reviewer.page("/answer/survival")
    reviewer.submit("/flag", entry="survival", revision="1", note=SCRIPT)
    reviewer.page("/curation")
    html = reviewer.submit("/curation/entry/definition/draft").text
    written = {"title": SCRIPT, "question": SCRIPT, "answer": SCRIPT, "detail": SCRIPT, "examples": "a plain one"}
    html = reviewer.submit("/curation/entry/definition/2/edit", **{**_form(html), **written}).text
    shown = [html, reviewer.page("/curation/entry/definition/2/compare?with=1")]
    for path in ("/handoffs", "/handoffs/1", "/asked", "/curation", "/curation/entry/definition", "/curation/trail", "/curation/entries"):
        shown.append(other.page(path))
    shown.append(reviewer.submit("/", text=SCRIPT, do="search").text)
    shown.append(reviewer.submit("/curation/begin", wording=SCRIPT).text)
    shown.append(reviewer.get(f"/own?done={SCRIPT}").text)
    told = 0
    for html in shown:
        assert not re.search(r"<script(?! src=\"/static/)", html)
        assert "<img" not in html
        assert not re.search(r"<[a-z]+[^>]*\sonmouseover=", re.sub(r'"[^"]*"', '""', html))
        told += escape.escape(SCRIPT) in html or "&lt;script&gt;" in html
    assert told >= 7
    assert "alert" not in shown[4]  # what patients typed is shown only where it tells nothing of them: no figures


def test_what_patients_and_staff_say_stands_in_no_address_and_no_log(running: RunningDesk, caplog: pytest.LogCaptureFixture) -> None:
    staff = running.browser("staff")
    staff.page("/")
    answer = staff.submit("/", text="my unusual caller words")
    assert answer.status_code == 200
    assert "unusual" not in str(answer.url)
    assert not [link for link in re.findall(r'(?:href|action|data-hx-\w+)="([^"]*)"', answer.text) if "unusual" in link]
    assert "unusual" not in caplog.text
    answer = staff.get("/?text=my+unusual+words")
    assert "unusual" not in answer.text


def test_headers_on_every_kind_of_answer(running: RunningDesk) -> None:
    staff = running.browser("staff")
    for path in (
        "/",
        "/embed",
        "/sign-in",
        "/nothing",
        "/health",
        "/answer/none",
        "/accounts",
        "/dashboard/days.csv",
        next(iter(running.desk.static.values())),
    ):
        headers = staff.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["cache-control"] == ("public, max-age=31536000, immutable" if path.startswith("/static/") else "no-store")
        assert "server" not in headers
    for role, path in (("staff", "/"), ("staff", "/handoffs"), ("curator", "/curation"), ("curator", "/dashboard"), ("admin", "/accounts")):
        html = running.browser(role).page(path)
        assert not re.search(r"<(?:style|script(?! src))|\sstyle=|\son\w+=", html)


def test_a_page_that_fails_says_so_under_the_same_headers(running: RunningDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = running.browser("staff")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("not for the reader")

    monkeypatch.setattr(running.desk.handoffs, "listed", fail)
    answer = staff.get("/handoffs")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "not for the reader" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_only_named_pages_frame_the_narrow_desk_and_nothing_else(tmp_path: Path, loaded: Path) -> None:
    running = RunningDesk(tmp_path, loaded, DESK_EMBED_ORIGINS="https://calls.hospital.example")
    staff = running.browser("staff")
    for path in ("/embed", "/embed/answer/survival"):
        headers = staff.get(path).headers
        assert "frame-ancestors https://calls.hospital.example" in headers["content-security-policy"]
        assert "x-frame-options" not in headers
    for path in ("/", "/sign-in", "/handoffs", "/embedded"):
        assert "frame-ancestors 'none'" in staff.get(path).headers["content-security-policy"]
    assert 'type="password"' not in running.browser().get("/embed").text
    running.stop()


def test_cookies_in_production_are_for_this_host_and_tls_alone(tmp_path: Path, loaded: Path) -> None:
    running = RunningDesk(
        tmp_path, loaded, ASSISTANT_ENVIRONMENT="production", DESK_PUBLIC_URL="https://desk.hospital.example", DESK_PROXIES="1"
    )
    browser = Browser(running)
    browser.headers["Host"] = "desk.hospital.example"
    running.account("staff", "staff")
    answer = browser.get("/sign-in")
    token = re.search(r'name="csrf" value="([^"]*)"', answer.text).group(1)  # type: ignore[union-attr]
    given = answer.headers["set-cookie"]
    cookie = {"Cookie": given.partition(";")[0]}
    signed = browser.post("/sign-in", data={"csrf": token, "name": "staff", "password": PASSWORD}, headers=cookie)
    assert signed.status_code == 303
    for one in (given, signed.headers.get_list("set-cookie")[0]):
        assert one.startswith("__Host-desk")
        for part in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
            assert part in one
        assert "Domain" not in one
    assert signed.headers["strict-transport-security"]
    for host in ("evil.example", "127.0.0.1", "desk.hospital.example.evil.example", "desk.hospital.example@evil.example"):
        assert browser.get("/sign-in", headers={"Host": host}).status_code == 400
    running.stop()


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b", "///evil.example", "/sign-out", "/sign-in", " /", "", "/%0d%0aX: y:z", "/é",
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(running: RunningDesk, wanted: str) -> None:
    running.account("staff", "staff")
    browser = running.browser()
    browser.page(str(httpx2.URL("/sign-in", params={"next": wanted})))
    answer = browser.submit("/sign-in", follow=False, name="staff", password=PASSWORD, next=wanted)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert set(answer.headers) & {"x"} == set()
    assert local_path("/handoffs/3") == "/handoffs/3"


def test_a_session_id_is_new_at_signing_in_and_dead_after_signing_out(running: RunningDesk) -> None:
    running.account("staff", "staff")
    signed = running.browser()
    signed.headers["Cookie"] = "desk=chosen-by-an-attacker"
    signed.page("/sign-in")
    del signed.headers["Cookie"]
    signed.sign_in("staff")
    assert signed.cookies["desk"] != "chosen-by-an-attacker"
    first = signed.cookies["desk"]
    assert len(first) >= 43
    signed.page("/sign-in")
    signed.submit("/sign-in", name="staff", password=PASSWORD)
    second = signed.cookies["desk"]
    assert second != first
    stale = running.browser()
    stale.cookies.set("desk", first)
    assert stale.get("/").status_code == 303
    signed.page("/")
    assert signed.submit("/sign-out").status_code == 200
    stale.cookies.clear()
    stale.cookies.set("desk", second)
    assert stale.get("/").status_code == 303
    with running.desk.accounts._engine.connect() as connection:
        kept = str(connection.execute(sa.text("select * from desk_session")).all())
    assert first not in kept
    assert second not in kept


def test_a_session_ends_without_use_and_in_any_case(running: RunningDesk) -> None:
    idle, busy = running.browser("staff", "idle"), running.browser("staff", "busy")
    for _ in range(36):
        running.clock.ahead += dt.timedelta(minutes=20)
        last = busy.get("/").status_code
        if running.clock.ahead < dt.timedelta(hours=12):
            assert last == 200
    assert last == 303
    assert idle.get("/").status_code == 303


def test_fields_of_a_form_give_nobody_a_role(running: RunningDesk) -> None:
    staff, admin = running.browser("staff"), running.browser("admin")
    staff.page("/own")
    new = "five other quiet words"
    staff.submit("/own/password", old=PASSWORD, new=new, again=new, role="admin", id="2", account="admin", active="yes", name="admin")
    account = running.desk.accounts.named("staff")
    assert account is not None
    assert account.role == "staff"
    staff.page("/own")
    for path in ("/accounts", f"/accounts/{account.id}", "/accounts/2/link", "/accounts/2/unlock"):
        assert staff.submit(path, name="evil", role="admin", active="yes").status_code == 403
    admin.page("/accounts")
    boss = running.desk.accounts.named("admin")
    assert boss is not None
    assert admin.submit(f"/accounts/{boss.id}", role="staff", active="yes").status_code == 403
    assert admin.submit(f"/accounts/{account.id}", role="emperor", active="yes").status_code == 400
    assert admin.submit("/accounts", name="x y<script>", role="staff").status_code == 400
    assert running.desk.accounts.named("evil") is None


def test_a_role_that_was_taken_away_and_a_closed_account_are_felt_at_once(running: RunningDesk) -> None:
    curator, admin = running.browser("curator"), running.browser("admin")
    account = running.desk.accounts.named("curator")
    assert account is not None
    admin.page("/accounts")
    admin.submit(f"/accounts/{account.id}", role="staff", active="yes")
    assert curator.get("/curation").status_code == 303  # signed out
    curator.sign_in("curator")
    curator.page("/curation", 403)
    admin.page("/accounts")
    admin.submit(f"/accounts/{account.id}", role="staff")
    assert curator.get("/").status_code == 303
    assert curator.sign_in("curator").status_code == 401


@pytest.mark.parametrize("number", ["2", "0", "-1", "1e9", "99999999999999999999", "1%20or%201=1", "１", "..", "1/../../accounts"])
def test_no_number_leads_to_what_is_not_ones_own(running: RunningDesk, number: str) -> None:
    asked_for_a_person(running, "a person please")
    ann, bob = running.browser("staff", "ann"), running.browser("staff", "bob")
    ann.page("/handoffs")
    ann.submit("/handoffs/1/take")
    bob.page("/handoffs")
    assert bob.submit(f"/handoffs/{number}/done", follow=False).status_code in {403, 404, 405}
    for step in ("done", "release"):
        assert bob.submit(f"/handoffs/1/{step}", follow=False, seen="1").headers["location"] == "/handoffs?done=not-yours"
    assert running.desk.handoffs.listed("assigned")[0].assigned_to == "ann"


@pytest.mark.parametrize(
    "path",
    ["/static/x/../../settings.py", "/static/x/..%2f..%2fsettings.py", "/static/x/%2e%2e/desk.css", "/static/x/desk.py",
     "/static/x/htmx-LICENSE.txt", "/answer/..%2f..%2fetc", "/curation/entry/..%2f1", "/topic/%00", "/static//etc/passwd"],
)  # fmt: skip
def test_no_path_leads_out_of_the_folder(running: RunningDesk, path: str) -> None:
    answer = running.browser("reviewer").get(path)
    assert answer.status_code in {404, 400}
    assert "import" not in answer.text


def test_no_cell_of_a_csv_file_is_a_formula(running: RunningDesk) -> None:
    for text in ("=HYPERLINK(A)", "+A+cmd", "-B", " =C", "\t=D", "|calc", "\uff1dE", "\u200b\uff0bF"):
        for _ in range(3):
            asked_for_a_person(running, text, kind="fallback", entry="fallback")
    text = running.browser("curator").page("/asked.csv")
    cells = [cell for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) for cell in row]
    assert any("HYPERLINK" in cell or "cmd" in cell or "calc" in cell or "B" in cell for cell in cells[6:])
    assert [cell for cell in cells if cell.strip()[:1] in set("=+-@|\t\uff1d\uff0b\uff0d\uff20")] == []


def test_guessing_is_slowed_and_the_right_password_does_not_help_meanwhile(running: RunningDesk) -> None:
    running.account("staff", "staff")
    browser = running.browser()
    texts = []
    for name in ("staff", "nobody-of-that-name"):
        for n in range(FREE_TOGETHER + 1):
            answer = browser.sign_in(name, f"wrong password {n}")
            assert answer.status_code == 401
            texts.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(set(texts)) == 1
    assert browser.sign_in("staff").status_code == 401
    running.clock.ahead += dt.timedelta(seconds=3)
    assert browser.sign_in("staff", "still wrong words").status_code == 401
    running.clock.ahead += dt.timedelta(seconds=3)
    assert browser.sign_in("staff").status_code == 401  # the delay has doubled
    running.clock.ahead += dt.timedelta(seconds=2)
    assert browser.sign_in("staff").status_code == 200


def test_guessing_is_slowed_by_address_over_many_names_and_one_does_not_forge_the_address(running: RunningDesk) -> None:
    running.account("staff", "staff")
    browser = running.browser()
    for n in range(FREE_BY_ADDRESS + 1):
        browser.headers["X-Forwarded-For"] = f"10.0.0.{n}"
        browser.sign_in(f"name{n}", "some wrong words")
    assert browser.sign_in("staff").status_code == 401
    running.clock.ahead += dt.timedelta(minutes=16)
    assert browser.sign_in("staff").status_code == 200


def test_it_takes_as_long_to_refuse_an_unknown_name_as_a_known_one(running: RunningDesk) -> None:
    running.account("staff", "staff")
    took: dict[str, list[float]] = {"staff": [], "unknown-name": []}
    for _ in range(7):
        for name, times in took.items():
            start = time.perf_counter()
            assert running.desk.accounts.verify(name, "wrong words again") is None
            times.append(time.perf_counter() - start)
    known, unknown = (min(times) for times in took.values())
    assert statistics.median(took["staff"]) > 0.01  # argon2 has worked
    assert 0.5 < known / unknown < 2


def test_what_is_too_large_or_no_form_is_refused(running: RunningDesk) -> None:
    staff = running.browser("staff")
    staff.page("/")
    assert staff.submit("/", text="x" * 300_000).status_code == 413
    assert staff.submit("/", text="x" * 3_000).status_code == 400
    assert staff.post("/", json={"csrf": staff.csrf}).status_code == 415
    assert staff.post("/", content=b"csrf=%ff%fe", headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 400
    assert staff.submit("/", **{f"f{n}": "x" for n in range(400)}).status_code == 400
    assert staff.submit("/", text="a\0b").status_code == 400
    staff.page("/")


def test_the_audit_trail_cannot_be_edited_through_the_database(running: RunningDesk) -> None:
    running.browser("staff")
    for statement in ("update desk_audit set who = 'x'", "delete from desk_audit"):
        with pytest.raises(sa.exc.DatabaseError, match="cannot be changed"), running.desk.accounts._engine.begin() as connection:
            connection.execute(sa.text(statement))
