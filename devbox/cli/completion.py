"""What the shell completes: sandboxes that exist, stacks. Asks quickly, never fails, never prints."""

from __future__ import annotations

import contextlib
import io

import typer


def complete_stack(incomplete: str) -> list[str]:
    """Stacks that begin so."""
    from devbox.cli.stack import shipped

    return [stack for stack in shipped() if stack.startswith(incomplete)]


def complete_name(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of sandboxes that begin so, kept ones too."""
    with contextlib.suppress(Exception), contextlib.redirect_stderr(io.StringIO()):
        return sorted(name for name in _names(ctx) if name.startswith(incomplete))
    return []


def _names(ctx: typer.Context) -> list[str]:
    from devbox.cli import common, settings
    from devbox.cli.environment import Environment

    environment = ctx.obj.environment if ctx.obj is not None else Environment.real()
    operations = environment.operations
    levels = [level.params for level in (ctx.parent, ctx) if level is not None]
    loaded = settings.load(environment.env, environment.cwd, environment.config_dir)
    chosen = common.resolve(common.merge(levels), loaded)
    endpoint = operations.resolve(chosen.host, chosen.context, environment.env, environment.platform, environment.home)
    engine = operations.connect(endpoint)
    try:
        return [sandbox.name for sandbox in operations.existing(engine)]
    finally:
        engine.close()
