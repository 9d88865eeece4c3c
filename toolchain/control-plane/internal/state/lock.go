package state

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// LockFile is the name of the file that is locked; a reset leaves it in place.
const LockFile = "lock"

// Lock waits until no other command works on the cluster in dir, calling waiting once if it has to.
// The operating system releases the lock when the process ends, however it ends.
func Lock(ctx context.Context, dir string, waiting func()) (release func(), err error) {
	handle, err := os.OpenFile(filepath.Join(dir, LockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for told := false; ; {
		err := syscall.Flock(int(handle.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = handle.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = handle.Close()
			return nil, fmt.Errorf("cannot lock %s: %w", handle.Name(), err)
		}
		if !told {
			told = true
			waiting()
		}
		select {
		case <-ctx.Done():
			_ = handle.Close()
			return nil, fmt.Errorf("another command is still working on this cluster: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
