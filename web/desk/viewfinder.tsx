/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Desk } from './desk.ts';

/** What the camera sees, with the square that is read; and the switch for it. */
export function Viewfinder({ desk, hint }: { readonly desk: Desk; readonly hint: string }) {
  const { camera } = desk.state;
  const { page } = desk.words;
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    desk.camera.showOn(video.current);
    return () => desk.camera.showOn(null);
  }, [desk]);
  const told = {
    off: '',
    starting: page.cameraStarting,
    on: '',
    denied: page.cameraDenied,
    missing: page.cameraMissing,
  };
  return (
    <div class="viewfinder" data-camera={camera}>
      <div class="view" hidden={camera !== 'on'}>
        <video ref={video} muted playsInline aria-hidden="true" tabIndex={-1} />
        <span class="corners" aria-hidden="true" />
        {camera === 'on' && desk.camera.hasTorch && <Torch desk={desk} />}
      </div>
      <p class="hint">{told[camera] === '' ? hint : told[camera]}</p>
      <button
        type="button"
        class="switch"
        onClick={() => desk.change({ camera: camera !== 'on' && camera !== 'starting' })}
      >
        {camera === 'on' || camera === 'starting' ? page.cameraOff : page.cameraOn}
      </button>
    </div>
  );
}

function Torch({ desk }: { readonly desk: Desk }) {
  const [on, setOn] = useState(false);
  return (
    <button
      type="button"
      class="torch"
      aria-pressed={on}
      onClick={() => {
        setOn(!on);
        void desk.camera.setTorch(!on);
      }}
    >
      {desk.words.page.torch}
    </button>
  );
}
