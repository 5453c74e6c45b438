# One version: its WAR, the start scripts, and an archive of the classes that a usual boot loads.
ARG COMMON
FROM ${COMMON}
ARG VERSION
COPY jenkins.sh jenkins-support /usr/local/bin/
COPY jenkins.war /usr/share/jenkins/jenkins.war
COPY train.groovy /tmp/home/init.groovy.d/train.groovy
RUN STANDIN_TRAIN=1 STANDIN_BOOT_SECONDS=0 JENKINS_HOME=/tmp/home java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
    -Dhudson.lifecycle=hudson.lifecycle.ExitLifecycle -Djenkins.install.runSetupWizard=false \
    -XX:ArchiveClassesAtExit=/usr/share/jenkins/standin.jsa -jar /usr/share/jenkins/jenkins.war && rm -r /tmp/home
ENV JENKINS_VERSION=${VERSION}
VOLUME /var/jenkins_home
USER jenkins
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/jenkins.sh"]
LABEL org.opencontainers.image.vendor="devbox tests" \
      org.opencontainers.image.title="Stand-in for the official Jenkins image" \
      org.opencontainers.image.description="A test double that keeps the official image's contract" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"
