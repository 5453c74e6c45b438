// Put here by devbox. Signs this Jenkins in, once for a home: what you change afterwards stays yours.
// One script for every core since 1.6xx, so it is written in the Groovy of Groovy 1.8.
import jenkins.model.Jenkins
import jenkins.model.JenkinsLocationConfiguration
import jenkins.security.ApiTokenProperty
import hudson.model.User
import hudson.security.AuthorizationStrategy
import hudson.security.FullControlOnceLoggedInAuthorizationStrategy
import hudson.security.HudsonPrivateSecurityRealm
import hudson.security.SecurityRealm
import hudson.security.csrf.DefaultCrumbIssuer

Jenkins core = Jenkins.getInstance()
File folder = new File(core.getRootDir(), 'devbox')
File marker = new File(folder, 'signed-in')
String want = System.getenv('DEVBOX_SIGNIN') == 'off' ? 'off' : 'on'

def writePrivately = { File file, String text ->
    file.delete()
    file.createNewFile()
    file.setReadable(false, false)
    file.setWritable(false, false)
    file.setReadable(true, true)
    file.setWritable(true, true)
    file.setText(text, 'UTF-8')
}

def makeToken = {
    User user = User.get('admin')
    def property = user.getProperty(ApiTokenProperty.class)
    if (property == null) {
        property = new ApiTokenProperty()
        user.addProperty(property)
    }
    // Since 2.129 a token is made, and shown once; before, every user has one.
    boolean store = property.metaClass.respondsTo(property, 'getTokenStore').size() > 0
    String token = store ? property.getTokenStore().generateNewToken('devbox').plainValue : property.getApiToken()
    user.save()
    if (token ==~ /[0-9a-f]{32,}/) {
        writePrivately(new File(folder, 'admin.token'), token)
    }
}

def signIn = {
    File secret = new File(folder, 'admin.password')
    if (!secret.isFile()) {
        throw new IllegalStateException('no password file ' + secret)
    }
    String password = secret.getText('UTF-8').trim()
    if (password.length() < 12) {
        throw new IllegalStateException('the password in ' + secret + ' is too short')
    }
    def realm = core.getSecurityRealm()
    if (!(realm instanceof HudsonPrivateSecurityRealm)) {
        realm = new HudsonPrivateSecurityRealm(false, false, null)
    }
    // The user before the realm: with a realm and no user, a boot answers 401. `getUser` makes one on old cores.
    realm.createAccount('admin', password)
    core.setSecurityRealm(realm)
    def strategy = new FullControlOnceLoggedInAuthorizationStrategy()
    if (strategy.metaClass.respondsTo(strategy, 'setAllowAnonymousRead', Boolean.TYPE).size() > 0) {
        strategy.setAllowAnonymousRead(false)
    } else {
        // Before 2.0 that strategy lets anybody read; the matrix of the bundled plugin does not.
        Class matrix = core.getPluginManager().uberClassLoader.loadClass('hudson.security.GlobalMatrixAuthorizationStrategy')
        strategy = matrix.newInstance()
        strategy.add(Jenkins.ADMINISTER, 'admin')
    }
    core.setAuthorizationStrategy(strategy)
    if (core.getCrumbIssuer() == null) {
        core.setCrumbIssuer(new DefaultCrumbIssuer(false))
    }
    core.save()
    try {
        makeToken()
    } catch (Throwable problem) {
        println('devbox: no API token: ' + problem)
    }
}

def openUp = {
    core.setSecurityRealm(SecurityRealm.NO_AUTHENTICATION)
    core.setAuthorizationStrategy(AuthorizationStrategy.UNSECURED)
    core.save()
}

if (!marker.isFile() || marker.getText('UTF-8').trim() != want) {
    try {
        if (want == 'on') { signIn() } else { openUp() }
        writePrivately(marker, want)
        println('devbox: sign-in ' + want)
    } catch (Throwable problem) {
        // Current cores log an exception of an init script and go on, wide open. What cannot be secured does not run.
        println('devbox: SECURITY-FAILED ' + problem)
        System.out.flush()
        Runtime.getRuntime().halt(78)
    }
}

// At each boot: the address this sandbox is published at, unless the user gave another one.
try {
    String url = System.getenv('DEVBOX_URL')
    File last = new File(folder, 'root-url')
    JenkinsLocationConfiguration location = JenkinsLocationConfiguration.get()
    String now = location.getUrl()
    if (url && now != url && (now == null || (last.isFile() && last.getText('UTF-8').trim() == now))) {
        location.setUrl(url)
    }
    if (url && location.getUrl() == url) {
        last.setText(url, 'UTF-8')
    }
} catch (Throwable problem) {
    println('devbox: root URL not set: ' + problem)
}

// Old cores know neither the variable nor the property for the agent port; current ones have it already.
try {
    String port = System.getenv('JENKINS_SLAVE_AGENT_PORT')
    if (port && core.getSlaveAgentPort() != Integer.parseInt(port)) {
        core.setSlaveAgentPort(Integer.parseInt(port))
        core.save()
    }
} catch (Throwable problem) {
    println('devbox: agent port not set: ' + problem)
}
