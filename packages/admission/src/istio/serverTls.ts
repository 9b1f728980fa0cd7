/** `validateTLSOptions`: what a server presents, at a gateway or a Sidecar's listener. */
import { Fields, listOf } from '../json';
import { child } from '../problems';
import { IstioObject } from './Checks';
import { eachOf, textIn } from './shared';

const SOURCES = [
  ...['serverCertificate', 'privateKey', 'caCertificates', 'tlsCertificates'],
  ...['credentialName', 'credentialNames'],
];

export function checkServerTls(
  object: IstioObject,
  tls: Fields,
  path: string,
): void {
  const mode = textIn(tls, 'mode') || 'PASSTHROUGH';
  const has = (name: string) =>
    textIn(tls, name) !== '' || listOf(tls, name).length > 0;
  if (mode === 'ISTIO_MUTUAL') {
    for (const name of SOURCES.filter(has)) {
      object.refuse(
        child(path, name),
        'must not be set: ISTIO_MUTUAL presents what Istio issues',
      );
    }
    return;
  }
  const sources = [
    has('serverCertificate') && has('privateKey'),
    ...['credentialName', 'credentialNames', 'tlsCertificates'].map(has),
  ];
  if (sources.filter(Boolean).length > 1) {
    object.refuse(path, 'must name its certificates in one way only');
  }
  const isMutual = mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL';
  const isServer = mode === 'SIMPLE' || isMutual;
  if (isServer && (has('credentialName') || has('credentialNames'))) {
    return;
  }
  if (isMutual && !has('caCertificates')) {
    object.refuse(
      child(path, 'caCertificates'),
      `is missing: ${mode} checks clients by it`,
    );
  }
  if (isServer) {
    const certificates = eachOf(tls, 'tlsCertificates', path);
    for (const { value, path: place } of certificates.length > 0
      ? certificates
      : [{ value: tls, path }]) {
      for (const name of ['serverCertificate', 'privateKey']) {
        if (textIn(value, name) === '') {
          object.refuse(child(place, name), `is missing: ${mode} needs it`);
        }
      }
    }
  }
  if (has('caCrl') && (has('credentialName') || mode === 'SIMPLE')) {
    object.refuse(
      child(path, 'caCrl'),
      'must not be set with SIMPLE or a credentialName',
    );
  }
}
