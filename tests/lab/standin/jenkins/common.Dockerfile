# What all versions share: a user, a home, Java; several layers, so that a pull shows some.
ARG BASE
FROM ${BASE}
RUN groupadd -g 1000 jenkins && useradd -d /var/jenkins_home -u 1000 -g 1000 -l -s /bin/bash jenkins \
 && mkdir -p /var/jenkins_home /usr/share/jenkins/ref/init.groovy.d \
 && chown -R jenkins:jenkins /var/jenkins_home /usr/share/jenkins/ref
COPY jre /opt/java/openjdk
RUN /opt/java/openjdk/bin/java -XX:+UseSerialGC -Xshare:dump -Xlog:disable
COPY filler-1.bin /usr/share/jenkins/filler-1.bin
COPY filler-2.bin /usr/share/jenkins/filler-2.bin
COPY filler-3.bin /usr/share/jenkins/filler-3.bin
ENV LANG=C.UTF-8 \
    JENKINS_HOME=/var/jenkins_home \
    JENKINS_SLAVE_AGENT_PORT=50000 \
    REF=/usr/share/jenkins/ref \
    JENKINS_UC=https://updates.jenkins.io \
    JENKINS_UC_EXPERIMENTAL=https://updates.jenkins.io/experimental \
    JENKINS_INCREMENTALS_REPO_MIRROR=https://repo.jenkins-ci.org/incrementals \
    COPY_REFERENCE_FILE_LOG=/var/jenkins_home/copy_reference_file.log \
    JAVA_HOME=/opt/java/openjdk \
    PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
EXPOSE 8080
EXPOSE 50000
