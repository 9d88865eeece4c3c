import { X509Certificate } from "node:crypto";

/** Why a connection failed, by the code that Node.js gives, where its name does not say enough. */
const reasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
};

/**
 * What a failed connection has to do with time.
 *
 * @param code - Of Node.js, for example `CERT_HAS_EXPIRED`.
 * @returns Nothing for any other code.
 */
export function timeProblem(code: string, now = new Date()): string | undefined {
  const reason = reasons[code];
  return reason && `${reason} by this machine's clock, ${now.toUTCString()}`;
}

/**
 * Why a client certificate of a kubeconfig is not accepted at a time.
 *
 * @param pem - One certificate, as text.
 * @returns Nothing where it is valid.
 */
export function outOfTime(pem: string | Buffer, now = new Date()): string | undefined {
  const { validFrom, validTo } = new X509Certificate(pem);
  const clock = `by this machine's clock, ${now.toUTCString()}`;
  if (now > new Date(validTo)) return `expired on ${validTo} ${clock}`;
  if (now < new Date(validFrom)) return `is not valid before ${validFrom} ${clock}`;
  return undefined;
}
