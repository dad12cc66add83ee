import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.Security;
import java.util.Arrays;

/**
 * Runs another class's main with a configuration directory that is not on the class path.
 *
 * <p>A class-data archive fits one exact class path, and no directory with files may be on it. Every rig has a
 * configuration directory of its own, so it comes in through the thread's context loader, which is where Hadoop's
 * Configuration looks for resources. It is asked before the jars: some of those carry site files of their own.
 *
 * <p>Arguments: configuration directory, main class, then that class's own. With {@code weft.rig.short.keys} the class
 * gets {@link ShortKeys}.
 */
public final class DaemonLauncher {
    private DaemonLauncher() {}

    public static void main(String[] args) throws Throwable {
        ClassLoader jars = DaemonLauncher.class.getClassLoader();
        URL configuration = new File(args[0]).toURI().toURL();
        Thread.currentThread().setContextClassLoader(new ConfigurationFirst(configuration, jars));
        if (Boolean.getBoolean("weft.rig.short.keys")) {
            Security.insertProviderAt(new ShortKeys(), 1);
        }
        Class<?> daemon = Class.forName(args[1], true, jars);
        Object rest = Arrays.copyOfRange(args, 2, args.length);
        daemon.getMethod("main", String[].class).invoke(null, rest);
    }

    private static final class ConfigurationFirst extends URLClassLoader {
        ConfigurationFirst(URL configuration, ClassLoader jars) {
            super(new URL[] {configuration}, jars);
        }

        @Override
        public URL getResource(String name) {
            URL own = findResource(name);
            return own == null ? super.getResource(name) : own;
        }
    }
}
