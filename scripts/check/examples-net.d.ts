export {};

/** The examples listen on a port, so `address()` never returns the path of a pipe. */
declare module 'node:net' {
  interface Server {
    address(): AddressInfo;
  }
}
