/** `ValidateTLS` of `agent/validation.go`: what a client presents and checks. */
import { Fields, fieldOf, listOf } from '../json';
import { child } from '../problems';
import { IstioObject } from './Checks';
import { textIn } from './shared';

const CONFIG_MAP = 'configmap://';

export function checkClientTls(
  object: IstioObject,
  tls: Fields,
  path: string,
): void {
  const mode = textIn(tls, 'mode') || 'DISABLE';
  const credential = textIn(tls, 'credentialName');
  const has = (...names: string[]) =>
    names.some(name => textIn(tls, name) !== '');
  if (credential.startsWith(CONFIG_MAP)) {
    const [namespace, name] = credential.slice(CONFIG_MAP.length).split('/');
    if (!name || namespace !== object.namespace) {
      object.refuse(
        child(path, 'credentialName'),
        `must name a ConfigMap in namespace ${object.namespace}, with the namespace in front`,
      );
    }
  }
  if (fieldOf(tls, 'insecureSkipVerify') === true) {
    const checks =
      has('caCertificates') || listOf(tls, 'subjectAltNames').length > 0;
    if (
      (mode === 'SIMPLE' && (checks || credential !== '')) ||
      (mode === 'MUTUAL' && checks)
    ) {
      object.refuse(
        child(path, 'insecureSkipVerify'),
        'must not be true where the server is to be checked',
      );
    }
  }
  if ((mode === 'SIMPLE' || mode === 'MUTUAL') && credential !== '') {
    if (has('clientCertificate', 'caCertificates', 'privateKey', 'caCrl')) {
      object.refuse(
        child(path, 'credentialName'),
        'must not stand beside certificates in files',
      );
    }
  } else if (mode === 'MUTUAL') {
    for (const name of ['clientCertificate', 'privateKey']) {
      if (!has(name)) {
        object.refuse(child(path, name), 'is missing: MUTUAL needs it');
      }
    }
  }
}
