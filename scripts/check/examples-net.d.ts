export {};

/** An example listens on a port, so that its address is no path of a pipe. */
declare module 'node:net' {
  interface Server {
    address(): AddressInfo;
  }
}
