import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Logs through the appenders of the configuration that the system property names. */
public class Logging {
  public static void main(String[] argv) {
    Logger log = LogManager.getLogger("com.example.Orders");
    log.info("order {} was paid", 4711);
    log.warn("a } brace, a \" quote and\na second line");
    log.error("order failed", new IllegalStateException("no stock"));
    LogManager.shutdown();
  }
}
