"""Stages, runner, sandbox, budgets and cache: no database here."""
