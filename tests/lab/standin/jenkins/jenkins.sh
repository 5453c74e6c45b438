#!/bin/bash
# What starts in the container: copies the reference files into the home and becomes java, or another command.
# Keeps the contract of the official image's start script; versions before 2.0 know fewer variables.
set -e

legacy() { [[ $JENKINS_VERSION == 1.* ]]; }

copy_reference_files() {
    : "${REF:=/usr/share/jenkins/ref}"
    : "${COPY_REFERENCE_FILE_LOG:=$JENKINS_HOME/copy_reference_file.log}"
    export REF COPY_REFERENCE_FILE_LOG
    [[ -z ${PRE_CLEAR_INIT_GROOVY_D-} ]] || rm -rf "$JENKINS_HOME/init.groovy.d"
    if [[ ! -r $JENKINS_HOME || ! -w $JENKINS_HOME ]]; then
        echo "INSTALL WARNING: User: ${USER-} missing rw permissions on JENKINS_HOME: $JENKINS_HOME"
    fi
    if ! touch "$COPY_REFERENCE_FILE_LOG" || [[ ${STANDIN_FAIL-} == not-writable ]]; then
        echo "Can not write to $COPY_REFERENCE_FILE_LOG. Wrong volume permissions?"
        exit 1
    fi
    echo "--- Copying files at $(date)" >> "$COPY_REFERENCE_FILE_LOG"
    /usr/local/bin/jenkins-support
    echo "--- Copied files finished at $(date)" >> "$COPY_REFERENCE_FILE_LOG"
}

# Words with the quotes of a shell, but nothing else of it: reads $1 into the array named $2.
words() {
    local -n into=$2
    [[ -z ${1// /} ]] || while IFS= read -r -d '' word; do into+=("$word"); done < <(xargs printf '%s\0' <<< "$1")
}

eat_memory() {
    local limit=/sys/fs/cgroup/memory/memory.limit_in_bytes
    [[ -r $limit ]] || limit=/sys/fs/cgroup/memory.max
    if [[ $(< "$limit") =~ ^[0-9]{1,10}$ ]]; then
        tail /dev/zero || true
    fi
    kill -KILL $$
}

: "${JENKINS_WAR:=/usr/share/jenkins/jenkins.war}"
: "${JENKINS_HOME:=/var/jenkins_home}"
if ! legacy || [[ -w $JENKINS_HOME ]]; then
    copy_reference_files
fi
if [[ $# -gt 0 && $1 != --* ]]; then
    exec "$@"
fi
[[ ${STANDIN_FAIL-} != oom ]] || eat_memory

asked="${JAVA_OPTS-}"
legacy || asked+=" ${JENKINS_JAVA_OPTS-}"
java_words=()
words "$asked" java_words
if ! legacy; then
    if [[ -n ${JENKINS_SLAVE_AGENT_PORT-} && $asked != *jenkins.model.Jenkins.slaveAgentPort* ]]; then
        java_words+=("-Djenkins.model.Jenkins.slaveAgentPort=$JENKINS_SLAVE_AGENT_PORT")
    fi
    [[ ${JAVA_OPTS-} == *hudson.lifecycle* ]] || java_words+=(-Dhudson.lifecycle=hudson.lifecycle.ExitLifecycle)
    if [[ -n ${DEBUG-} ]]; then
        java_words+=("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=*:5005")
    fi
fi
jenkins_words=()
words "${JENKINS_OPTS-}" jenkins_words

# The stand-in's own wish for a quick start comes first, so that whatever the user asks for wins.
quick=(-XX:TieredStopAtLevel=1 -XX:SharedArchiveFile=/usr/share/jenkins/standin.jsa -Xshare:auto -Xlog:cds=off
    -Xlog:cds+dynamic=off -Xlog:class+path=off)
[[ $asked == *-XX:+Use*GC* ]] || quick+=(-XX:+UseSerialGC)
exec java "${quick[@]}" "-Duser.home=$JENKINS_HOME" "${java_words[@]}" -jar "$JENKINS_WAR" "${jenkins_words[@]}" "$@"
