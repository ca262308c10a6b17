/**
 * Programs, libraries and data of the system that code may read. Not all of /usr: a server may be installed in
 * /usr/src, its data beside it.
 */
export const systemDirectories: readonly string[] = [
  ...['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'libexec', 'share', 'include'].map((name) => `/usr/${name}`),
  ...['bin', 'lib', 'include'].map((name) => `/usr/local/${name}`),
  '/nix/store',
];

/** Where older systems have directories of their own, and newer ones links into /usr. */
export const rootDirectories: readonly string[] = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** What programs need of /etc to start: where libraries and alternatives are, nothing about users or secrets. */
export const systemFiles: readonly string[] = [
  ...['/etc/alternatives', '/etc/ld.so.cache', '/etc/localtime'],
  ...['/etc/ssl/openssl.cnf', '/etc/ssl/certs'],
];
