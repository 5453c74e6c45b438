// Used once, while an image is built: touches what an init script touches, so that its classes are archived.
import hudson.security.FullControlOnceLoggedInAuthorizationStrategy
import hudson.security.HudsonPrivateSecurityRealm
import hudson.security.csrf.DefaultCrumbIssuer
import jenkins.model.Jenkins
import jenkins.model.JenkinsLocationConfiguration

def jenkins = Jenkins.instance
def secret = new File(jenkins.rootDir, 'train.secret')
try {
    secret.setText('x', 'UTF-8')
    def text = secret.getText('UTF-8').trim()
    def realm = new HudsonPrivateSecurityRealm(false, false, null)
    if (!realm.allUsers.any { it.id == 'admin' }) {
        def user = realm.createAccount('admin', text)
        def token = user.getProperty(jenkins.security.ApiTokenProperty)
        println "train: ${token != null}"
    }
    jenkins.setSecurityRealm(realm)
    def strategy = new FullControlOnceLoggedInAuthorizationStrategy()
    if (strategy.metaClass.hasProperty(strategy, 'allowAnonymousRead')) {
        strategy.allowAnonymousRead = false
    }
    jenkins.setAuthorizationStrategy(strategy)
    jenkins.setCrumbIssuer(new DefaultCrumbIssuer(false))
    JenkinsLocationConfiguration.get().setUrl('http://127.0.0.1:8080/')
    jenkins.setSlaveAgentPort(0)
    jenkins.save()
    def lines = ['a=1', 'b=2'].collectEntries { it.split('=') as List }
    println "train: ${lines} ${System.getenv('JENKINS_HOME')} ${groovy.json.JsonOutput.toJson(lines)}"
} catch (Throwable thrown) {
    println "train: failed ${thrown}"
    throw new Error('train', thrown)
}
