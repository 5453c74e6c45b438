package jenkins.install;

/** Where the setup wizard stands. */
public enum InstallState {
    UNKNOWN, INITIAL_SECURITY_SETUP, NEW, INITIAL_SETUP_COMPLETED, CREATE_ADMIN_USER, CONFIGURE_INSTANCE,
    RESTART, UPGRADE, DOWNGRADE, RUNNING, TEST, DEVELOPMENT;

    public boolean isSetupComplete() {
        return switch (this) {
            case INITIAL_SETUP_COMPLETED, RESTART, UPGRADE, DOWNGRADE, RUNNING, TEST, DEVELOPMENT -> true;
            default -> false;
        };
    }
}
