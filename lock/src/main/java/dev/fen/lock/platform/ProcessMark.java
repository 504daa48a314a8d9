package dev.fen.lock.platform;

/**
 * Which process, so that it is told from another one that got the same number later or elsewhere.
 *
 * @param host the machine's or container's name
 * @param pid the process's number in its own namespace
 * @param instance boot id, namespaces and start time in one text ({@code <boot id>/<pid and time
 *     namespaces>/<start ticks>}); empty where the system cannot tell, and then nothing is ever
 *     proven about the process
 */
public record ProcessMark(String host, long pid, String instance) {}
