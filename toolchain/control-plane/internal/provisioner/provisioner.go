// Package provisioner gives every pending PersistentVolumeClaim a volume that holds nothing, lets
// it grow, and removes it when the claim is gone. It is the storage of a cluster without storage.
package provisioner

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// resync is how often everything is looked at again; it is also how soon a failed step is retried.
const resync = 10 * time.Second

// Main works until it is asked to stop, and returns the exit code. With --folder, volumes are
// folders below it on the node of --node, where this runs; without, they hold nothing.
func Main(words []string) int {
	flags := flag.NewFlagSet("provisioner", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig of the cluster")
	var place place
	flags.StringVar(&place.folder, "folder", "", "folder of the volumes")
	flags.StringVar(&place.node, "node", "", "node that has the folder")
	if err := flags.Parse(words); err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, *kubeconfig, place); err != nil {
		fmt.Fprintln(os.Stderr, "provisioner:", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, kubeconfig string, place place) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 100, 200
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, resync)
	worker := &worker{ctx: ctx, client: client, place: place}
	claims := factory.Core().V1().PersistentVolumeClaims().Informer()
	volumes := factory.Core().V1().PersistentVolumes().Informer()
	if _, err := claims.AddEventHandler(onChange(worker.claim)); err != nil {
		return err
	}
	if _, err := volumes.AddEventHandler(onChange(worker.volume)); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	<-ctx.Done()
	factory.Shutdown()
	return nil
}

// onChange calls handle with an object whenever it is new, has changed or is looked at again.
func onChange[T any](handle func(T) error) cache.ResourceEventHandler {
	report := func(object any) {
		typed, ok := object.(T)
		if !ok {
			return
		}
		if err := handle(typed); err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
			fmt.Fprintln(os.Stderr, "provisioner:", err)
		}
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    report,
		UpdateFunc: func(_, object any) { report(object) },
	}
}

type worker struct {
	ctx    context.Context
	client kubernetes.Interface
	place  place
}

func (w *worker) claim(claim *corev1.PersistentVolumeClaim) error {
	switch {
	case wanted(claim):
		return w.provision(claim)
	case grown(claim):
		return w.grow(claim)
	default:
		return nil
	}
}

func (w *worker) provision(claim *corev1.PersistentVolumeClaim) error {
	volume := w.place.volumeFor(claim)
	if local := volume.Spec.Local; local != nil {
		if err := os.MkdirAll(local.Path, 0o755); err != nil {
			return err
		}
	}
	_, err := w.client.CoreV1().PersistentVolumes().Create(w.ctx, volume, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func (w *worker) grow(claim *corev1.PersistentVolumeClaim) error {
	volumes := w.client.CoreV1().PersistentVolumes()
	volume, err := volumes.Get(w.ctx, claim.Spec.VolumeName, metav1.GetOptions{})
	if err != nil || !ours(volume) {
		return err
	}
	asked := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	size := asked.String()
	patch := fmt.Appendf(nil, `{"spec":{"capacity":{"storage":%q}}}`, size)
	if _, err := volumes.Patch(w.ctx, volume.Name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return err
	}
	patch = fmt.Appendf(nil, `{"status":{"capacity":{"storage":%q},"conditions":null}}`, size)
	_, err = w.client.CoreV1().PersistentVolumeClaims(claim.Namespace).
		Patch(w.ctx, claim.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	return err
}

func (w *worker) volume(volume *corev1.PersistentVolume) error {
	if !unwanted(volume) {
		return nil
	}
	// Only what this has made: the path is its own claim's.
	if local := volume.Spec.Local; local != nil && filepath.Dir(local.Path) == w.place.folder {
		if err := os.RemoveAll(local.Path); err != nil {
			return err
		}
	}
	return w.client.CoreV1().PersistentVolumes().Delete(w.ctx, volume.Name, metav1.DeleteOptions{})
}
