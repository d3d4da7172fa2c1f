/** Lines as common programs write them, made up; used where there is no folder of real samples. */
interface BuiltInSample {
  readonly name: string;
  readonly lines: readonly string[];
}

const SSH = [
  'Dec 10 06:55:46 gate sshd[24200]: Invalid user webmaster from 173.234.31.186',
  'Dec 10 06:55:46 gate sshd[24200]: input_userauth_request: invalid user webmaster [preauth]',
  'Dec 10 06:55:48 gate sshd[24206]: Failed password for invalid user admin from 52.80.34.196 port 36060 ssh2',
  'Dec 10 06:55:48 gate sshd[24208]: Connection closed by 173.234.31.187 [preauth]',
  'Dec 10 07:02:47 gate sshd[24209]: Failed password for root from 5.36.59.76 port 42393 ssh2',
  'Dec 10 07:07:38 gate sshd[24210]: Accepted publickey for deploy from 119.137.62.142 port 49116 ssh2',
  'Dec 10 07:07:45 gate sshd[24211]: pam_unix(sshd:session): session opened for user deploy by (uid=0)',
  'Dec 10 07:08:28 gate sshd[24212]: error: Received disconnect from 103.99.0.122: 14: No more authentication methods [preauth]',
];
const BLOCKS = [
  '081109 203615 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 for block blk_38865049064139660 terminating',
  '081109 203807 222 INFO dfs.DataNode$PacketResponder: Received block blk_6952295868487656571 of size 67108864 from /10.251.73.220',
  '081109 204005 351 INFO dfs.FSNamesystem: BLOCK* NameSystem.addStoredBlock: blockMap updated: 10.251.71.16:50010 is added to blk_7128370237687728475 size 67108864',
  '081109 204842 663 WARN dfs.DataNode$DataXceiver: 10.250.19.102:50010:Got exception while serving blk_3019476234520134 to /10.251.43.115',
  '081109 205035 28 INFO dfs.FSNamesystem: BLOCK* NameSystem.allocateBlock: /user/root/rand/_temporary/_task_200811092030_0001_m_000590_0/part-00590. blk_1727475099218615100',
];
const SERVER = [
  '2026-01-10 15:55:13,345 - INFO  [main:QuorumPeerConfig@101] - Reading configuration from: /etc/apps/server.cfg',
  '2026-01-10 15:56:02,217 - WARN  [WorkerSender[myid=1]:QuorumCnxManager@368] - Cannot open channel to 3 at election address /10.10.34.13:3888',
  '2026-01-10 15:56:33,903 - ERROR [LearnerHandler-/10.10.34.12:35276:LearnerHandler@562] - Unexpected exception causing shutdown while sock still open',
  '2026-01-10 15:57:01,120 - INFO  [SyncThread:1:ServerConnection@1001] - Closed socket connection for client /10.10.34.13:57358 which had sessionid 0x14ede63a5a70004',
  '2026-01-10 15:57:11,009 - INFO  [CommitProcessor:1:Server@595] - Established session 0x14ede63a5a7000a with negotiated timeout 10000 for client /10.10.34.19:35818',
];
const KERNEL = [
  'Jun 14 15:16:01 combo kernel: [12345.678901] audit: type=1400 audit(1749913361.123:4567): apparmor="DENIED" operation="open" pid=19939',
  'Jun 15 02:04:59 combo systemd[1]: Started Session 48213 of user root.',
  'Jun 15 04:06:18 combo su(pam_unix)[21416]: session opened for user cyrus by (uid=0)',
  'Jun 15 04:06:19 combo logrotate: ALERT exited abnormally with [1]',
  'Jun 15 12:12:34 combo ftpd[23397]: connection from 218.146.61.230 (host.example.org) at Wed Jun 15 12:12:34 2025',
];
const WEB = [
  '[Sun Dec 04 04:47:44 2025] [notice] workerEnv.init() ok /etc/httpd/conf/workers2.properties',
  '[Sun Dec 04 04:47:44 2025] [error] mod_jk child workerEnv in error state 6',
  '[Sun Dec 04 04:51:08 2025] [notice] jk2_init() Found child 6725 in scoreboard slot 10',
  '[Sun Dec 04 05:15:09 2025] [error] [client 222.166.160.184] Directory index forbidden by rule: /var/www/html/',
];

/** See the file's head. */
export const BUILT_IN_SAMPLES: readonly BuiltInSample[] = [
  { name: 'Blocks', lines: BLOCKS },
  { name: 'Kernel', lines: KERNEL },
  { name: 'Server', lines: SERVER },
  { name: 'Ssh', lines: SSH },
  { name: 'Web', lines: WEB },
];
