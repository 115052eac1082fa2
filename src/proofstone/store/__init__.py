"""Where artifacts, answers and the ledger of runs are kept."""
