# One command each; every one sets up what it needs.
.PHONY: run push test test-quick lint format bench bench-peers bench-scale bench-sync bench-workers bench-embedded bench-console faults lock

# Rollcall on this machine, with demonstration data: DATA_DIR=... PORT=... make run
run:
	@exec config/tools/run

# Pushes a sample company through the SCIM API: make push ARGS="..."
push:
	@config/tools/install run
	@exec .venv/bin/python manage.py push $(ARGS)

# Everything, on PostgreSQL with Redis, on the embedded default and in a browser.
test:
	@config/tools/check all

# The tests on the embedded default alone, without the longest: a few minutes.
test-quick:
	@config/tools/check quick

# Format, lint, types, import contracts, templates, migrations.
lint:
	@config/tools/check static

# Loads a server on SQLite and one on PostgreSQL; prints JSON.
bench:
	@config/tools/install dev
	@.venv/bin/python benchmarks/run.py

# Compares with other SCIM servers, 25 minutes: make bench-peers ARGS="--quick"
bench-peers:
	@config/tools/install dev
	@.venv/bin/python benchmarks/compare.py $(ARGS)

# With 10,000 users and with 285,000, on PostgreSQL: make bench-scale ARGS="--pages"
bench-scale:
	@config/tools/install dev
	@.venv/bin/python benchmarks/scale.py $(ARGS)

# How fast pushes are in effect at 8,000,000 memberships, on PostgreSQL.
bench-sync:
	@config/tools/install dev
	@.venv/bin/python benchmarks/sync.py $(ARGS)

# The same work by one worker and by two, on PostgreSQL and Redis.
bench-workers:
	@config/tools/install dev
	@.venv/bin/python benchmarks/workers.py $(ARGS)

# The embedded default with 50,000 people.
bench-embedded:
	@config/tools/install dev
	@.venv/bin/python benchmarks/embedded.py $(ARGS)

# Every page of the console at the documented limits, on PostgreSQL.
bench-console:
	@config/tools/install dev
	@.venv/bin/python benchmarks/console.py $(ARGS)

# Kills, fills and confuses a running Rollcall: make faults ARGS="--seed 1"
faults:
	@config/tools/install dev
	@.venv/bin/python -m tests.faults $(ARGS)

format:
	@config/tools/install dev
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format .
	@.venv/bin/djlint templates --reformat --quiet

# Pins anew what pyproject.toml allows; the files name no place to load from.
lock:
	@config/tools/install dev
	@config/tools/lock
