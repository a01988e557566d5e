"""What a run is judged and summed up by. Not here: what is measured (`gridcli.core.ledger`)."""
