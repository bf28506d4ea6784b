"""What pg_restore writes is run on PostgreSQL as it is, but for what only psql, or a newer server, knows."""

import io
from contextlib import closing

from sqlalchemy.engine import make_url

from database import make_engine
from database.within import Transaction
from deploy.backup.targets import run_script
from tests.databases import empty_postgres

_SCRIPT = rb"""--
-- PostgreSQL database dump
--

\restrict abc
SET statement_timeout = 0;
SET transaction_timeout = 0;
CREATE TABLE public.words (said text);
COPY public.words (said) FROM stdin;
one
two
\.

\unrestrict abc
"""


def test_a_script_of_newer_programs_is_run_on_an_older_server() -> None:
    with empty_postgres("script") as url, closing(Transaction(make_url(url))) as transaction:
        make_engine(url, "A_DATABASE_URL").dispose()  # from then on others wait for psycopg2, with which it cannot copy
        run_script(transaction.connection, io.BytesIO(_SCRIPT))
        with transaction.engine.connect() as connection:
            assert [said for (said,) in connection.exec_driver_sql("SELECT said FROM words")] == ["one", "two"]
