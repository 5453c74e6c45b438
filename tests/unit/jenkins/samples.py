"""Logs of boots that go well, and of those that do not: the texts of Jenkins, of the image's scripts, of HotSpot."""

OLD_BOOT = """\
Running from: /usr/share/jenkins/jenkins.war
webroot: EnvVars.masterEnvVars.get("JENKINS_HOME")
Jan 01, 2026 10:00:01 AM winstone.Logger logInternal
INFO: Beginning extraction from war file
Jan 01, 2026 10:00:02 AM org.eclipse.jetty.util.log.JavaUtilLog info
INFO: Started SelectChannelConnector@0.0.0.0:8080
Jan 01, 2026 10:00:02 AM winstone.Logger logInternal
INFO: Winstone Servlet Engine v2.0 running: controlPort=disabled
Jan 01, 2026 10:00:03 AM jenkins.InitReactorRunner$1 onAttained
INFO: Started initialization
INFO: Listed all plugins
INFO: Prepared all plugins
INFO: Started all plugins
INFO: Augmented all extensions
INFO: Loaded all jobs
INFO: Executing /var/jenkins_home/init.groovy.d/00-devbox.groovy
devbox: sign-in on
INFO: Completed initialization
Jan 01, 2026 10:00:07 AM hudson.WebAppMain$3 run
INFO: Jenkins is fully up and running
"""

NEW_BOOT = """\
Running from: /usr/share/jenkins/jenkins.war
webroot: /var/jenkins_home/war
2026-01-01 10:00:01.000+0000 [id=1]\tINFO\twinstone.Logger#logInternal: Beginning extraction from war file
2026-01-01 10:00:02.000+0000 [id=1]\tWARNING\to.e.j.ee9.nested.ContextHandler#setContextPath: Empty contextPath
2026-01-01 10:00:02.500+0000 [id=1]\tINFO\to.e.jetty.server.AbstractConnector#doStart: Started ServerConnector
2026-01-01 10:00:02.600+0000 [id=35]\tINFO\twinstone.Logger#logInternal: Winstone Servlet Engine running: controlPort=no
2026-01-01 10:00:03.000+0000 [id=41]\tINFO\tjenkins.InitReactorRunner$1#onAttained: Started initialization
2026-01-01 10:00:03.100+0000 [id=42]\tINFO\tjenkins.InitReactorRunner$1#onAttained: Listed all plugins
2026-01-01 10:00:03.200+0000 [id=42]\tINFO\tjenkins.InitReactorRunner$1#onAttained: Prepared all plugins
2026-01-01 10:00:03.300+0000 [id=42]\tINFO\tjenkins.InitReactorRunner$1#onAttained: Started all plugins
2026-01-01 10:00:03.400+0000 [id=43]\tINFO\tjenkins.InitReactorRunner$1#onAttained: Augmented all extensions
2026-01-01 10:00:04.000+0000 [id=43]\tINFO\tjenkins.InitReactorRunner$1#onAttained: System config loaded
2026-01-01 10:00:04.100+0000 [id=43]\tINFO\tjenkins.InitReactorRunner$1#onAttained: System config adapted
2026-01-01 10:00:04.200+0000 [id=43]\tINFO\tjenkins.InitReactorRunner$1#onAttained: Loaded all jobs
2026-01-01 10:00:04.300+0000 [id=43]\tINFO\tjenkins.InitReactorRunner$1#onAttained: Configuration for all jobs updated
2026-01-01 10:00:04.400+0000 [id=45]\tINFO\tj.util.groovy.GroovyHookScript#execute: Executing 00-devbox.groovy
devbox: sign-in on
2026-01-01 10:00:05.000+0000 [id=41]\tINFO\tjenkins.InitReactorRunner$1#onAttained: Completed initialization
2026-01-01 10:00:05.100+0000 [id=30]\tINFO\thudson.lifecycle.Lifecycle#onReady: Jenkins is fully up and running
"""

BUSY_BOOT = (
    NEW_BOOT
    + """\
2026-01-01 10:00:06.000+0000 [id=60]\tSEVERE\tjenkins.InitReactorRunner$1#onTaskFailed: Failed Loading plugin needsdep
java.io.IOException: Failed to load: Need dep (needsdep 1.0)
 - Plugin is missing: doesnotexist (1.0)
2026-01-01 10:00:06.100+0000 [id=61]\tWARNING\thudson.model.UpdateCenter#updateDefaultSite: Failed to update
java.net.UnknownHostException: updates.example.org
Listening for transport dt_socket at address: 5005
OpenJDK 64-Bit Server VM warning: Options -Xverify:none and -noverify were deprecated in JDK 13
Picked up JAVA_TOOL_OPTIONS: -XX:UseSVE=0
2026-01-01 10:00:07.000+0000 [id=62]\tINFO\thudson.TcpSlaveAgentListener#run: Accepted JNLP4-connect connection
devbox: no API token: java.lang.NullPointerException
"""
)

NO_FILE = "java.io.FileNotFoundException: /var/jenkins_home/"
SAMPLES: list[tuple[str, str, str]] = [
    ("signin.failed", "devbox: SECURITY-FAILED java.lang.IllegalStateException: no password file", "no password file"),
    ("home.not_writable", "touch: cannot touch '/var/jenkins_home/copy_reference_file.log': Permission denied\n"
     "Can not write to /var/jenkins_home/copy_reference_file.log. Wrong volume permissions?", "Can not write"),
    ("home.not_writable", "SEVERE: Container startup failed\n"
     f"{NO_FILE}war/META-INF/MANIFEST.MF (No such file or directory)", "MANIFEST.MF"),
    ("home.not_writable", f"{NO_FILE}war/WEB-INF/web.xml (Permission denied)", "web.xml (Permission denied)"),
    ("home.not_writable", "INSTALL WARNING: User:  missing rw permissions on JENKINS_HOME: /var/jenkins_home",
     "missing"),
    ("jvm.option", "Unrecognized VM option 'FooBar'\nError: Could not create the Java Virtual Machine.", "'FooBar'"),
    ("jvm.option", "Unrecognized option: --foo\nError: Could not create the Java Virtual Machine.", "--foo"),
    ("jvm.option", "Invalid maximum heap size: -Xmx99x\nError: Could not create the Java Virtual Machine.", "-Xmx99x"),
    ("jvm.option", "Invalid initial heap size: -Xmsx", "-Xmsx"),
    ("jvm.option", "double MaxRAMPercentage=500.000000 is outside the allowed range [ 0.000000 ... 100.000000 ]\n"
     "Improperly specified VM option 'MaxRAMPercentage=500'", "'MaxRAMPercentage=500'"),
    ("jvm.option", "Error occurred during initialization of VM\n"
     "Initial heap size set to a larger value than the maximum heap size", "Initial heap size"),
    ("jvm.option", "Error occurred during initialization of VM\nMultiple garbage collectors selected", "garbage"),
    ("jvm.option", "Error occurred during initialization of VM\nCould not find agent library nothere on the path",
     "nothere"),
    ("jvm.option", "Error occurred during initialization of boot layer\n"
     "java.lang.RuntimeException: Unable to parse --add-opens <module>=<value>: foo", "--add-opens"),
    ("jvm.option", "\nThe Java thread stack size specified is too small. Specify at least 136k", "136k"),
    ("jvm.option", "Invalid -Xlog option '-Xlog:foo:bar'\nError: Could not create the Java Virtual Machine.",
     "Could not"),
    ("jvm.option", "Error: Could not find or load main class bar.Baz", "bar.Baz"),
    ("jvm.option", "ERROR: transport error 202: bind failed: Address already in use", "transport error 202"),
    ("jvm.option", "ERROR: JDWP option syntax error: -agentlib:jdwp=foo", "jdwp=foo"),
    ("jvm.crash", "# A fatal error has been detected by the Java Runtime Environment:\n#\n"
     "#  SIGILL (0x4) at pc=0x0000ffff9f13fc5c, pid=7, tid=8", "SIGILL"),
    ("jvm.crash", "# A fatal error has been detected by the Java Runtime Environment:\n#\n"
     "#  SIGSEGV (0xb) at pc=0x00007f, pid=7", "fatal error"),
    ("jenkins.out_of_memory", "Exception in thread main java.lang.OutOfMemoryError: Java heap space", "heap space"),
    ("jenkins.out_of_memory", "# There is insufficient memory for the Java Runtime Environment to continue.",
     "insufficient"),
    ("arch.mismatch", "exec /usr/bin/tini: exec format error", "exec format error"),
    ("jenkins.port_inside", "Failed to listen on port 50000 because it's already in use.", "50000"),
    ("jenkins.port_inside", "Caused by: java.net.BindException: Address already in use", "already in use"),
    ("jenkins.plugin_missing_core", "java.io.IOException: Failed to load: X\n - Jenkins (2.999) or higher required",
     "2.999"),
    ("jenkins.boot_failed", "SEVERE: Failed to initialize Jenkins\nhudson.util.HudsonFailedToLoad: x", "initialize"),
    ("jenkins.boot_failed", "2026-01-01 [id=3]\tERROR\thudson.util.BootFailure#publish: Failed to initialize Jenkins",
     "initialize"),
    ("jenkins.boot_failed", "SEVERE: Failed GroovyInitScript.init", "GroovyInitScript"),
    ("jenkins.boot_failed", "SEVERE: Container startup failed\njava.io.IOException: Failed to start", "Container"),
    ("jenkins.boot_failed", "Caused by: hudson.util.HudsonFailedToLoad: java.lang.Error", "FailedToLoad"),
    ("jenkins.boot_failed", "java.io.IOException: Unable to read /var/jenkins_home/config.xml", "config.xml"),
]  # fmt: skip
"""Code, a log that has it at its end, and what the cause has to say."""
