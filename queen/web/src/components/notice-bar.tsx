import { useServices } from '../state/services.ts';
import { useStore } from '../state/use-store.ts';

/** What was just done, with the way back. */
export function NoticeBar() {
  const { notices } = useServices();
  const notice = useStore(notices.current);
  return (
    <div className="ap-notice-place" role="status">
      {notice ? (
        <div className={notice.failed ? 'ap-notice ap-notice-failed' : 'ap-notice'}>
          <bdi>{notice.text}</bdi>
          {notice.undo ? (
            <button type="button" className="ap-link" onClick={() => void notices.undo()}>
              Undo
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
