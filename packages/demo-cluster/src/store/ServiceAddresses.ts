/** Hands out the addresses of Services: cluster IPs, and ports of the nodes. */

const PER_SUBNET = 250;
const FIRST_NODE_PORT = 30_000;
const NODE_PORTS = 2_768;

export class ServiceAddresses {
  #count = 0;

  clusterIP(): string {
    this.#count++;
    const subnet = Math.floor(this.#count / PER_SUBNET) + 1;
    return `10.96.${subnet}.${(this.#count % PER_SUBNET) + 1}`;
  }

  nodePort(): number {
    this.#count++;
    return FIRST_NODE_PORT + (this.#count % NODE_PORTS);
  }
}
