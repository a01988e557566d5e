"""Locust scenarios that measure how long a move takes to be seen: `locust -f loadtest`.

Locust loads every file of this folder that has no leading underscore, under its bare name, and
offers the user classes in it; helpers begin with an underscore and are imported from this
package, once per process. Importing Locust patches the standard library, so nothing outside
this folder imports anything from it. `broadcast` measures other applications, from a locustfile
of theirs. Not here: what is owed and seen (`gridcli.core.ledger`).
"""
