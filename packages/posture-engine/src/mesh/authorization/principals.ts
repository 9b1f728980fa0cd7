/**
 * SPIFFE identities in policies. Principals are written without `spiffe://`.
 * How a sidecar (and a waypoint) compares them differs from ztunnel, which
 * takes them as written; here is Envoy's side, per istiod's
 * `trustdomain/bundle.go` and `authz/model/generator.go`.
 */
import { Mesh } from '../mesh';
import { matchesPattern, patternOf } from './patterns';

/** A pointer to the mesh's own trust domain and all of its aliases, in principals only. */
const CLUSTER_LOCAL = 'cluster.local';

export type PrincipalTest = (principal: string) => boolean;

/** The trust domains whose certificates the mesh accepts. */
export function trustDomainsOf({
  trustDomain,
  trustDomainAliases,
}: Mesh): string[] {
  return [trustDomain, ...trustDomainAliases];
}

export function trustDomainOf(principal: string): string {
  return principal.split('/', 1)[0];
}

/** The namespace of an identity that Istio issued: `td/ns/<namespace>/sa/<account>`. */
export function namespaceOf(principal: string): string | undefined {
  const [, ns, namespace] = principal.split('/');
  return ns === 'ns' ? namespace : undefined;
}

/** `principals`, with aliases; the trust domain counts only where all five segments are written. */
export function principalTest(written: string, mesh: Mesh): PrincipalTest {
  const patterns = expanded(written, trustDomainsOf(mesh)).map(patternOf);
  return principal =>
    patterns.some(pattern => matchesPattern(pattern, principal));
}

function expanded(written: string, domains: readonly string[]): string[] {
  const [domain, ...rest] = written.split('/');
  const named =
    rest.length === 4 &&
    domain !== '*' &&
    (domain === CLUSTER_LOCAL ||
      domains.some(own => matchesDomain(domain, own)));
  return named
    ? domains.map(own =>
        isSuffixPattern(domain) && matchesDomain(domain, own)
          ? written
          : [own, ...rest].join('/'),
      )
    : [written];
}

function isSuffixPattern(domain: string): boolean {
  return domain.startsWith('*');
}

function matchesDomain(pattern: string, domain: string): boolean {
  return isSuffixPattern(pattern)
    ? domain.endsWith(pattern.slice(1))
    : domain === pattern;
}

/**
 * `namespaces`. istiod looks for `/ns/<value>/` anywhere in the identity, with
 * `*` for any text: a suffix such as `*a` therefore also ends at `/sa/`.
 */
export function namespaceTest(written: string): PrincipalTest {
  const parts = `/ns/${written}/`.split('*');
  return principal => {
    // The slash stands for the end of `spiffe://`.
    const identity = `/${principal}`;
    let from = 0;
    for (const part of parts) {
      const at = identity.indexOf(part, from);
      if (at < 0) {
        return false;
      }
      from = at + part.length;
    }
    return true;
  };
}

/** `serviceAccounts`: a bare name is one of the policy's own namespace; no wildcards. */
export function serviceAccountTest(
  written: string,
  policyNamespace: string,
): PrincipalTest {
  const { namespace, account } = serviceAccountOf(written, policyNamespace);
  return principal => {
    const segments = principal.split('/');
    return segments.some(
      (segment, index) =>
        index > 0 &&
        segment === 'ns' &&
        segments[index + 1] === namespace &&
        segments.some(
          (later, at) =>
            at >= index + 2 && later === 'sa' && segments[at + 1] === account,
        ),
    );
  };
}

export function serviceAccountOf(
  written: string,
  policyNamespace: string,
): { namespace: string; account: string } {
  const slash = written.indexOf('/');
  return slash < 0
    ? { namespace: policyNamespace, account: written }
    : { namespace: written.slice(0, slash), account: written.slice(slash + 1) };
}

/** `trustDomains`: one of the mesh's own stands for all of them; `cluster.local` is no pointer here. */
export function trustDomainTest(written: string, mesh: Mesh): PrincipalTest {
  const domains = trustDomainsOf(mesh);
  const patterns = (domains.includes(written) ? domains : [written]).map(
    patternOf,
  );
  return principal =>
    patterns.some(pattern => matchesPattern(pattern, trustDomainOf(principal)));
}
