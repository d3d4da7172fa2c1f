/** Bounds of TLS and of the installer, with their reasons. */

/** Downloads of the installer at once: each is a file of some hundred megabytes for whoever asks. */
export const INSTALL_DOWNLOADS_MAX = 8;

/** Time for a TLS handshake, on every port; past it the socket is closed. */
export const TLS_HANDSHAKE_MS = 10_000;

/** Life of an instance's own authority; phones and browsers keep it by hand, so it is long. */
export const TLS_AUTHORITY_DAYS = 3_650;

/** Life of a certificate: what Apple's devices take at most of an authority that was added by hand. */
export const TLS_CERTIFICATE_DAYS = 397;

/** A certificate is renewed when it has no more than this left, so a month of silence breaks nothing. */
export const TLS_RENEW_DAYS = 60;
