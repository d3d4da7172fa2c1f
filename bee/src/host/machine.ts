/** What a machine is made of and whose it is, by what its firmware and kernel say: nothing is asked over a network. */

/** Reads a small file; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/** What was found. */
export interface Machine {
  readonly kernel?: string;
  readonly virtualisation?: string;
  readonly cloud?: string;
}

const DMI = '/sys/class/dmi/id/';
const DMI_NAMES = [
  'sys_vendor',
  'product_name',
  'board_vendor',
  'bios_vendor',
  'bios_version',
  'chassis_asset_tag',
];
/** Microsoft's asset tag of each machine in Azure. */
const AZURE_TAG = '7783-7084-3265-9085-8269-3286-77';

const CLOUDS: readonly (readonly [name: string, words: RegExp])[] = [
  ['aws', /amazon/i],
  ['gcp', /google/i],
  ['azure', new RegExp(AZURE_TAG)],
  ['oracle', /oraclecloud/i],
  ['hetzner', /hetzner/i],
  ['digitalocean', /digitalocean/i],
  ['alibaba', /alibaba/i],
  ['tencent', /tencent/i],
  ['linode', /linode|akamai/i],
  ['vultr', /vultr/i],
  ['scaleway', /scaleway/i],
  ['upcloud', /upcloud/i],
  ['exoscale', /exoscale/i],
  ['ovh', /ovh/i],
  ['openstack', /openstack/i],
];

const HYPERVISORS: readonly (readonly [name: string, words: RegExp])[] = [
  ['vmware', /vmware/i],
  ['virtualbox', /innotek|virtualbox/i],
  ['xen', /\bxen\b/i],
  ['parallels', /parallels/i],
  ['hyper-v', /microsoft corporation[\s\S]*virtual machine/i],
  ['bhyve', /bhyve/i],
  ['kvm', /\bkvm\b|qemu|openstack|google compute engine|amazon ec2|hetzner|digitalocean/i],
];

const CONTAINER_MARKS: readonly (readonly [name: string, path: string])[] = [
  ['kubernetes', '/var/run/secrets/kubernetes.io/serviceaccount/namespace'],
  ['docker', '/.dockerenv'],
  ['podman', '/run/.containerenv'],
];

/** Looks at the machine. */
export function findMachine(read: ReadText): Machine {
  const kernel = read('/proc/sys/kernel/osrelease')?.trim().slice(0, 128);
  const dmi = DMI_NAMES.map((name) => read(DMI + name) ?? '').join('\n');
  const cloud = CLOUDS.find(([, words]) => words.test(dmi))?.[0];
  const virtualisation = virtualisationOf(read, dmi, kernel ?? '');
  return {
    ...(kernel ? { kernel } : {}),
    ...(virtualisation ? { virtualisation } : {}),
    ...(cloud ? { cloud } : {}),
  };
}

/** Undefined where nothing tells; `none` only where the processor itself speaks against a hypervisor. */
function virtualisationOf(read: ReadText, dmi: string, kernel: string): string | undefined {
  const container = CONTAINER_MARKS.find(([, path]) => read(path) !== undefined)?.[0];
  if (container) return container;
  const named = read('/run/systemd/container')?.trim();
  if (named) return named.slice(0, 32);
  if (/microsoft/i.test(kernel)) return 'wsl';
  const hypervisor = HYPERVISORS.find(([, words]) => words.test(dmi))?.[0];
  if (hypervisor) return hypervisor;
  const flags = /^flags\s*:(.*)$/m.exec(read('/proc/cpuinfo') ?? '')?.[1];
  if (flags === undefined) return undefined;
  return /\bhypervisor\b/.test(flags) ? 'unknown hypervisor' : 'none';
}
