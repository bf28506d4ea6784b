"""NLU graph components."""

from bot import sanic_compat

sanic_compat.apply()
