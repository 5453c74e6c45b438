"""devbox: disposable, real environments for developers of CI plugins and job-queue workers."""

__version__ = "0.1.0"
