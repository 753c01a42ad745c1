const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|host\.docker\.internal)$/;

/** Whether a host name is that of this machine. */
export const isLocalHost = (hostname: string): boolean => LOCAL.test(hostname);
