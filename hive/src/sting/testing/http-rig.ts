/** The failing half of a {@link ChannelRig} whose other side speaks HTTP. */
import type { HttpRecorder } from './http-recorder.ts';

/** What every HTTP server says when it fails. */
export function httpFailures(http: HttpRecorder) {
  let isStopped = false;
  return {
    failNext: () => http.failNext({ status: 500, body: 'trouble' }),
    refuseNext: () => http.failNext({ status: 403, body: 'not you' }),
    limitNext: () => http.failNext({ status: 429, headers: { 'retry-after': '7' } }),
    hangNext: () => http.failNext({ status: 200, hang: true }),
    redirectNext: () => http.failNext({ status: 302, headers: { location: `${http.url}/else` } }),
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      await http.stop();
    },
  };
}
