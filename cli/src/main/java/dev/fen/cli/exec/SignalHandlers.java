package dev.fen.cli.exec;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The only place that knows how a JVM gets at signals: {@code sun.misc.Signal}, supported by every
 * JDK for want of anything else. It is called by reflection, since javac warns of its every mention
 * and such a warning cannot be suppressed.
 *
 * <p>SIGUSR2 is HotSpot's own, to halt a thread for a profiler; one sent by anybody else would
 * crash it. Fen has no profiler in it.
 */
final class SignalHandlers implements AutoCloseable {
  private final Map<SignalNumber, Object> previous = new EnumMap<>(SignalNumber.class);
  private final Class<?> signalType;
  private final Method handle;
  private final Object ignored;

  /** A signal that is ignored on entry (nohup, a shell's background job) stays ignored. */
  SignalHandlers(Consumer<SignalNumber> receiver) {
    try {
      signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      handle = signalType.getMethod("handle", signalType, handlerType);
      ignored = handlerType.getField("SIG_IGN").get(null);
      for (SignalNumber signal : SignalNumber.values()) {
        InvocationHandler calls =
            (proxy, method, arguments) -> {
              if (method.getName().equals("handle")) {
                receiver.accept(signal);
              }
              return null;
            };
        set(
            signal,
            Proxy.newProxyInstance(
                SignalHandlers.class.getClassLoader(), new Class<?>[] {handlerType}, calls));
        if (ignored.equals(previous.get(signal))) {
          // The JVM sees to that for all but SIGUSR1 and SIGUSR2.
          set(signal, ignored);
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new ExecException(
          "this Java runtime lacks sun.misc.Signal; use one with the module jdk.unsupported", e);
    }
  }

  private void set(SignalNumber signal, Object handler) throws ReflectiveOperationException {
    try {
      Object old =
          handle.invoke(
              null, signalType.getConstructor(String.class).newInstance(signal.name()), handler);
      previous.putIfAbsent(signal, old);
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw e;
      }
      // The JVM was told to leave this signal alone (-Xrs): it acts by default then.
    }
  }

  @Override
  public void close() {
    for (Map.Entry<SignalNumber, Object> entry : Map.copyOf(previous).entrySet()) {
      try {
        set(entry.getKey(), entry.getValue());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e); // it worked the first time
      }
    }
  }
}
