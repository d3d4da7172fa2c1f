import type { FolderEntry } from '@apiary/common/messages/host-view.ts';
import { Button } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { byteSize, countOf } from '../../components/figures.ts';
import { IconX } from '../../components/icons.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { hostView } from '../../state/host.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';

/** A host's files, in a drawer: closed things stay visible with the reason, and a file shows its end. */
export function FilesDrawer(props: {
  readonly agent: string;
  readonly name: string;
  readonly onClose: () => void;
}) {
  const { agent, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [path, setPath] = useState('/var/log');
  const [file, setFile] = useState<string>();
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const go = (to: string) => {
    setFile(undefined);
    setPath(to);
  };
  return (
    <dialog ref={dialog} className="ap-drawer" aria-labelledby="files-title" onClose={onClose}>
      <div className="ap-panel-head">
        <h2 id="files-title">
          Files of <bdi>{safeText(props.name)}</bdi>
        </h2>
        <button
          type="button"
          className="ap-text-button"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <IconX size={16} stroke={1.6} aria-hidden="true" />
        </button>
      </div>
      <Way path={path} onGo={go} />
      <FolderList agent={agent} path={path} onGo={go} onShow={setFile} />
      {file === undefined ? null : <FileEndView agent={agent} path={file} />}
    </dialog>
  );
}

/** The folders from the root to here. */
function Way(props: { readonly path: string; readonly onGo: (path: string) => void }) {
  const parts = props.path.split('/').filter((part) => part !== '');
  const steps = parts.map((name, index) => ({
    name,
    path: `/${parts.slice(0, index + 1).join('/')}`,
  }));
  return (
    <nav className="ap-way" aria-label="Folder">
      <button type="button" className="ap-link" onClick={() => props.onGo('/')}>
        root
      </button>
      {steps.map(({ name, path }) => (
        <span key={path}>
          {' / '}
          <button type="button" className="ap-link" onClick={() => props.onGo(path)}>
            <bdi>{safeText(name)}</bdi>
          </button>
        </span>
      ))}
    </nav>
  );
}

function FolderList(props: {
  readonly agent: string;
  readonly path: string;
  readonly onGo: (path: string) => void;
  readonly onShow: (path: string) => void;
}) {
  const { agent, path } = props;
  const { fleet, notices } = useServices();
  const load = useCallback(() => hostView.folder(agent, path), [agent, path]);
  const { value, failure, reload } = useLoaded(load);
  const pathOf = (name: string) => (path === '/' ? `/${name}` : `${path}/${name}`);
  const watch = async (name: string) => {
    const urls = [`file://${encodeURI(pathOf(name))}`];
    const act = () => fleet.addTargets({ agents: [agent], urls, tags: [], history: false });
    await notices.act(act, `Watching ${pathOf(name)}`);
    await reload();
  };
  if (failure) return <p className="ap-panel-empty ap-bad">{failure}</p>;
  if (!value) return <p className="ap-panel-empty">Asking the Bee…</p>;
  const { entries, omitted, reason, open } = value;
  return (
    <>
      {reason === undefined ? null : <p className="ap-panel-note">{safeText(reason)}</p>}
      {open && entries.length === 0 ? <p className="ap-panel-empty">The folder is empty.</p> : null}
      <ScrollRegion label="Names in this folder">
        <ul className="ap-files">
          {entries.map((entry) => (
            <FileRow
              key={entry.name}
              entry={entry}
              onOpen={() =>
                entry.kind === 'folder'
                  ? props.onGo(pathOf(entry.name))
                  : props.onShow(pathOf(entry.name))
              }
              onWatch={() => void watch(entry.name)}
            />
          ))}
        </ul>
      </ScrollRegion>
      {omitted > 0 ? <p className="ap-panel-note">{countOf(omitted, 'more name')}.</p> : null}
    </>
  );
}

function FileRow(props: {
  readonly entry: FolderEntry;
  readonly onOpen: () => void;
  readonly onWatch: () => void;
}) {
  const { entry } = props;
  const name = safeText(entry.kind === 'folder' ? `${entry.name}/` : entry.name);
  return (
    <li className="ap-file">
      {entry.open ? (
        <button type="button" className="ap-link ap-mono" onClick={props.onOpen}>
          <bdi>{name}</bdi>
        </button>
      ) : (
        <span className="ap-mono ap-faint">
          <bdi>{name}</bdi>
        </span>
      )}
      <span className="ap-grow ap-faint">{safeText(entry.reason ?? '')}</span>
      {entry.bytes === undefined ? null : <span className="ap-faint">{byteSize(entry.bytes)}</span>}
      {entry.watched ? <span className="ap-faint">watched</span> : null}
      {entry.kind === 'file' && entry.open && !entry.watched ? (
        <Button aria-label={`Watch ${name}`} onClick={props.onWatch}>
          Watch
        </Button>
      ) : null}
    </li>
  );
}

function FileEndView(props: { readonly agent: string; readonly path: string }) {
  const { agent, path } = props;
  const load = useCallback(() => hostView.fileEnd(agent, path), [agent, path]);
  const { value, failure } = useLoaded(load);
  return (
    <section aria-labelledby="file-end">
      <h3 id="file-end" className="ap-panel-note">
        The end of <bdi>{safeText(path)}</bdi>
        {value ? <span className="ap-faint"> of {byteSize(value.bytes)}</span> : null}
      </h3>
      {failure ? <p className="ap-panel-empty ap-bad">{failure}</p> : null}
      {value ? (
        <ScrollRegion label={`The end of ${safeText(path)}`}>
          <pre className="ap-file-end">{value.text.split('\n').map(safeText).join('\n')}</pre>
        </ScrollRegion>
      ) : null}
    </section>
  );
}
