/**
 * A system call filter as the kernel takes it: a classic BPF program over the call's number and arguments. It refuses
 * what no test needs and what isolation does not cover by itself; a filter never grants anything.
 */
export type SeccompProfile = 'namespaced' | 'landlocked';

type Architecture = 'x64' | 'arm64';

interface Rule {
  readonly call: string;
  readonly errno: number;
  /** Only refuse when this argument, after the mask, is none of `allowed`; without it the call is refused always. */
  readonly unless?: { readonly argument: number; readonly mask?: number; readonly allowed: readonly number[] };
}

const EPERM = 1;
const EINVAL = 22;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
/** Answered as done without being done. */
const PRETEND = 0;

/** Numbers by architecture, x64 first; null where the call does not exist. From 424 on both are the same. */
const numbers: Readonly<Record<string, readonly [number | null, number | null]>> = {
  ...{ mount: [165, 40], umount2: [166, 39], pivot_root: [155, 41], chroot: [161, 51], unshare: [272, 97] },
  ...{ setns: [308, 268], open_tree: [428, 428], move_mount: [429, 429], fsopen: [430, 430], fsconfig: [431, 431] },
  ...{ fsmount: [432, 432], fspick: [433, 433], mount_setattr: [442, 442], swapon: [167, 224], swapoff: [168, 225] },
  ...{ ptrace: [101, 117], process_vm_readv: [310, 270], process_vm_writev: [311, 271], pidfd_getfd: [438, 438] },
  ...{ kcmp: [312, 272], process_madvise: [440, 440], process_mrelease: [448, 448], perf_event_open: [298, 241] },
  ...{ io_uring_setup: [425, 425], io_uring_enter: [426, 426], io_uring_register: [427, 427], bpf: [321, 280] },
  ...{ userfaultfd: [323, 282], keyctl: [250, 219], add_key: [248, 217], request_key: [249, 218] },
  ...{ kexec_load: [246, 104], kexec_file_load: [320, 294], init_module: [175, 105], finit_module: [313, 273] },
  ...{ delete_module: [176, 106], reboot: [169, 142], acct: [163, 89], quotactl: [179, 60], quotactl_fd: [443, 443] },
  ...{ syslog: [103, 116], settimeofday: [164, 170], clock_settime: [227, 112], clock_adjtime: [305, 266] },
  ...{ adjtimex: [159, 171], name_to_handle_at: [303, 264], open_by_handle_at: [304, 265] },
  ...{ fanotify_init: [300, 262], memfd_secret: [447, 447], memfd_create: [319, 279], personality: [135, 92] },
  ...{ vhangup: [153, 58], iopl: [172, null], ioperm: [173, null], modify_ldt: [154, null], uselib: [134, null] },
  ...{ clone: [56, 220], clone3: [435, 435], socket: [41, 198], socketpair: [53, 199], connect: [42, 203] },
  ...{ bind: [49, 200], listen: [50, 201], accept: [43, 202], accept4: [288, 242], shmget: [29, 194] },
  ...{ msgget: [68, 186], semget: [64, 190], mq_open: [240, 180], setsid: [112, 157], setpgid: [109, 154] },
  ...{ setpriority: [141, 140], ioprio_set: [251, 30], sched_setaffinity: [203, 122], sched_setscheduler: [144, 119] },
  ...{ sched_setparam: [142, 118], sched_setattr: [314, 274], migrate_pages: [256, 238], move_pages: [279, 239] },
  ...{ prlimit64: [302, 261], chmod: [90, null], fchmodat: [268, 53], fchmodat2: [452, 452], chown: [92, null] },
  ...{ lchown: [94, null], fchownat: [260, 54], utime: [132, null], utimes: [235, null], futimesat: [261, null] },
  ...{ utimensat: [280, 88], setxattr: [188, 5], lsetxattr: [189, 6], removexattr: [197, 14], lremovexattr: [198, 15] },
  ...{ setxattrat: [463, 463], removexattrat: [466, 466] },
};

const refused = (calls: string, errno = EPERM): Rule[] => calls.split(' ').map((call) => ({ call, errno }));

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET and NEWTIME. */
const NEW_NAMESPACE = 0x7e02_0080;

const common: readonly Rule[] = [
  ...refused('mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsconfig fsmount fspick'),
  ...refused('mount_setattr swapon swapoff ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp process_madvise'),
  ...refused('process_mrelease perf_event_open io_uring_setup io_uring_enter io_uring_register bpf userfaultfd keyctl'),
  ...refused('add_key request_key kexec_load kexec_file_load init_module finit_module delete_module reboot acct'),
  ...refused('quotactl quotactl_fd syslog settimeofday clock_settime clock_adjtime adjtimex name_to_handle_at'),
  ...refused('open_by_handle_at fanotify_init vhangup iopl ioperm modify_ldt uselib'),
  // Memory in a file without a name is counted by nobody as long as it is not mapped.
  ...refused('memfd_create memfd_secret'),
  { call: 'personality', errno: EPERM, unless: { argument: 0, allowed: [0, 0xffff_ffff] } },
  { call: 'clone', errno: EPERM, unless: { argument: 0, mask: NEW_NAMESPACE, allowed: [0] } },
  // Its flags lie in memory, where a filter cannot look: callers fall back to clone.
  ...refused('clone3', ENOSYS),
];

/** Unix, IPv4, IPv6 and netlink (which tells a program its own addresses): with no network there is nobody to reach. */
const namespaced: readonly Rule[] = [
  ...common,
  { call: 'socket', errno: EAFNOSUPPORT, unless: { argument: 0, allowed: [1, 2, 10, 16] } },
];

const landlocked: readonly Rule[] = [
  ...common,
  ...refused('socket connect bind listen accept accept4 shmget msgget semget mq_open'),
  // A connected pair of streams is how programs talk to their children; a pair of datagrams could be turned elsewhere.
  { call: 'socketpair', errno: EINVAL, unless: { argument: 1, mask: 0xf, allowed: [1] } },
  // Nothing leaves the process group, so that ending the group ends everything.
  ...refused('setsid setpgid'),
  // These reach every process of the same user.
  ...refused('setpriority ioprio_set sched_setaffinity sched_setscheduler sched_setparam sched_setattr'),
  ...refused('migrate_pages move_pages'),
  { call: 'prlimit64', errno: EPERM, unless: { argument: 0, allowed: [0] } },
  // Landlock does not cover a file's rights, owner, times and attributes: the user's own files lie outside. Copying
  // programs set them as a matter of course, so they are told that it worked.
  ...refused('chmod fchmodat fchmodat2 chown lchown fchownat utime utimes futimesat utimensat', PRETEND),
  ...refused('setxattr lsetxattr removexattr lremovexattr setxattrat removexattrat', PRETEND),
];

const profiles: Readonly<Record<SeccompProfile, readonly Rule[]>> = { namespaced, landlocked };

const auditNames: Readonly<Record<Architecture, number>> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
/** Set in the number of a call in the x32 convention, whose numbers are others. */
const X32_BIT = 0x4000_0000;

const NUMBER = 0;
const ARCHITECTURE = 4;
const argumentAt = (index: number) => 16 + 8 * index;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];
const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const and = (mask: number): Instruction => [0x54, 0, 0, mask];
const ifEqual = (value: number, ifTrue: number, ifFalse: number): Instruction => [0x15, ifTrue, ifFalse, value];
const ifAtLeast = (value: number, ifTrue: number, ifFalse: number): Instruction => [0x35, ifTrue, ifFalse, value];
const answer = (action: number): Instruction => [0x06, 0, 0, action];
const KILL = answer(0x8000_0000);
const ALLOW = answer(0x7fff_0000);
const fail = (errno: number) => answer(0x0005_0000 | errno);

/** The filter for this machine, or null where its architecture is not known. */
export function seccompFilter(profile: SeccompProfile, architecture: string = process.arch): Buffer | null {
  if (architecture !== 'x64' && architecture !== 'arm64') return null;
  const column = architecture === 'x64' ? 0 : 1;
  const program: Instruction[] = [
    load(ARCHITECTURE),
    ifEqual(auditNames[architecture], 1, 0),
    KILL,
    load(NUMBER),
    ...(architecture === 'x64' ? [ifAtLeast(X32_BIT, 0, 1), KILL] : []),
    ...profiles[profile].flatMap((rule) => compile(rule, numbers[rule.call]?.[column] ?? null)),
    ALLOW,
  ];
  const buffer = Buffer.alloc(program.length * 8);
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    buffer.writeUInt16LE(code, index * 8);
    buffer.writeUInt8(ifTrue, index * 8 + 2);
    buffer.writeUInt8(ifFalse, index * 8 + 3);
    buffer.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return buffer;
}

function compile({ errno, unless }: Rule, number: number | null): Instruction[] {
  if (number === null) return [];
  if (!unless) return [ifEqual(number, 0, 1), fail(errno)];
  const { argument, mask, allowed } = unless;
  const test: Instruction[] = [
    load(argumentAt(argument)),
    ...(mask === undefined ? [] : [and(mask)]),
    // The last comparison that fits jumps over the refusal.
    ...allowed.map((value, index) => ifEqual(value, allowed.length - index, 0)),
    fail(errno),
    load(NUMBER),
  ];
  return [ifEqual(number, 0, test.length), ...test];
}
