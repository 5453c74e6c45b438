"""How to get into a sandbox: its URL, a Jenkins' user. The one place that gives a secret out."""

from __future__ import annotations

from devbox.engine.api import Container, Engine
from devbox.errors import Cure, DevboxError
from devbox.jenkins import home as layout
from devbox.jenkins.site import USER
from devbox.result import Result
from devbox.sandbox import address, labels
from devbox.sandbox.choices import of_container
from devbox.sandbox.inside import service_container


def url(engine: Engine, name: str) -> str:
    """The base URL of a running sandbox's pages; raises `sandbox.no_page` for one that has none."""
    container = service_container(engine, name, None)
    if container.labels.get(labels.STACK) == "queue":
        raise _no_page(name, "to open", Cure("look at it", f"devbox queue stats --watch -n {name}"))
    return published(engine, name, container)


def _no_page(name: str, purpose: str, cure: Cure) -> DevboxError:
    return DevboxError("sandbox.no_page", f"{name!r} is a queue: there is no page {purpose}", cures=(cure,))


def published(engine: Engine, name: str, container: Container) -> str:
    """The base URL of a sandbox's container; raises `service.unpublished`."""
    found = _url(engine, container)
    if found is None:
        raise DevboxError("service.unpublished", f"{name!r} publishes no port")
    return found


def environment(engine: Engine, name: str) -> Result:
    """Variables that tools read."""
    container = service_container(engine, name, None)
    variable = "REDIS_URL" if container.labels.get(labels.STACK) == "queue" else "JENKINS_URL"
    return Result({variable: published(engine, name, container)})


def credentials(engine: Engine, name: str) -> Result:
    """URL, user, password and API token, read from the home; also of a sandbox that is stopped.

    Raises `sandbox.no_page` for a queue, `signin.off` and `signin.missing`.
    """
    container = service_container(engine, name, None, running=False)
    if container.labels.get(labels.STACK) == "queue":
        raise _no_page(name, "to sign in to", Cure("its address is in", f"devbox env -n {name}"))
    if of_container(container.labels, {})["no_auth"]:
        raise DevboxError(
            "signin.off",
            f"security is off in {name!r} (--no-auth), so there is nothing to sign in with",
            cures=(Cure("switch it on, back to the defaults", f"devbox up jenkins -n {name} --reset"),),
        )
    password = engine.get_file(container.id, f"{layout.PATH}/{layout.PASSWORD}")
    if password is None:
        raise DevboxError(
            "signin.missing",
            f"the home of {name!r} has no password of devbox's",
            cures=(Cure("let devbox sign it in", f"devbox up jenkins -n {name}"),),
        )
    token = engine.get_file(container.id, f"{layout.PATH}/{layout.TOKEN}")
    return Result(
        {
            "url": _url(engine, container),
            "user": USER,
            "password": password.decode().strip(),
            "token": token.decode().strip() if token else None,
        }
    )


def _url(engine: Engine, container: Container) -> str | None:
    """From the published port; of a stopped container from its choices."""
    found = address.of_container(container, engine.endpoint)
    if found is not None:
        return found
    choices = of_container(container.labels, {})
    published = choices["publish_address"] or engine.endpoint.publish
    if not published:
        return None
    host = address.reach(engine.endpoint, published)
    main = next(iter(choices.ports.values()))
    return address.base_url(host, choices[main], choices.prefix(), choices.stack)
