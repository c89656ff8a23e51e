"""A device that is reset: what lay on it is lost and says so, everything else goes on."""

import textwrap


def check(python, text, **environment):
    python(textwrap.dedent(text), **environment)


def test_arrays_are_lost_and_say_so(python):
    check(
        python,
        """
        import cupy as cp, pytest, copy, pickle
        pool = cp.get_default_memory_pool()
        small, large, empty, view = cp.ones(3), cp.ones(10**5), cp.ones(0), cp.ones((4, 4))[::-1, 1]
        mask = cp.asarray([True, False, True])
        cp.cuda.Device().reset()
        assert pool.used_bytes() == pool.total_bytes() == pool.n_used_blocks() == pool.n_free_blocks() == 0
        uses = [
            lambda a: a + 1, lambda a: 1 - a, lambda a: a * a, lambda a: a.sum(), lambda a: a.get(), lambda a: a.copy(),
            lambda a: a[::-1].copy(), lambda a: a[cp.asarray([0, 1])], lambda a: a[a > 0], lambda a: cp.sort(a),
            lambda a: float(a[0]), lambda a: a.tolist(), lambda a: a.astype("f4"), lambda a: cp.concatenate([a, a]),
            lambda a: a.fill(1), lambda a: a.__setitem__(0, 2), lambda a: a.__iadd__(1), lambda a: abs(a),
            lambda a: cp.fft.fft(a), lambda a: a @ a, lambda a: cp.add(fresh, 2, out=a), lambda a: cp.cumsum(a),
            lambda a: cp.nonzero(a), lambda a: a.__dlpack__(), lambda a: pickle.dumps(a), lambda a: copy.copy(a),
            lambda a: print(a), lambda a: cp.linalg.norm(a), lambda a: cp.where(True, a, 1), lambda a: cp.array(a),
            lambda a: a.dot(a), lambda a: cp.unique(a), lambda a: bool(a[0]), lambda a: a.max(), lambda a: cp.median(a),
        ]
        for a in (small, large, view):
            fresh = cp.ones(a.shape)
            for k, use in enumerate(uses):
                with pytest.raises(RuntimeError, match="lost when (its )?device"):
                    use(a)
                    raise AssertionError((k, a.shape))
        for a in (small, large, view):
            with pytest.raises(RuntimeError, match="lost"):
                cp.ones(3)[mask]
        assert (empty + 1).shape == (0,)
        assert small.shape == (3,) and small[1:].T.reshape(2, 1).shape == (2, 1)  # views need no memory
        fresh = cp.arange(10) * 2
        del small, large, view, empty, mask
        assert (fresh == cp.arange(0, 20, 2)).all()
        del fresh
        assert pool.used_bytes() == 0
        """,
    )


def test_streams_are_lost_and_say_so(python):
    check(
        python,
        """
        import cupy as cp, pytest
        old, event = cp.cuda.Stream(), cp.cuda.Event()
        with old:
            a = cp.ones(5) + 1
            event.record()
            cp.cuda.Device().reset()
            assert cp.cuda.get_current_stream() == cp.cuda.Stream.null
            assert float(cp.ones(5).sum()) == 5
        assert cp.cuda.get_current_stream() == cp.cuda.Stream.null
        for use in (old.use, old.synchronize, lambda: old.done, old.record, lambda: old.wait_event(cp.cuda.Event()),
                    lambda: old.launch_host_func(print), lambda: event.record(old), old.__enter__):
            with pytest.raises(RuntimeError, match="the stream was lost when device 0 was reset"):
                use()
        new = [cp.cuda.Stream() for _ in range(4)]  # one of them is likely to lie where the old one was
        del old, a
        for stream in new:
            with stream:
                b = cp.arange(4) + 1
            stream.synchronize()
            assert b.get().tolist() == [1, 2, 3, 4]
        event.record()
        event.synchronize()
        """,
    )


def test_other_devices_keep_their_arrays(python):
    check(
        python,
        """
        import cupy as cp
        with cp.cuda.Device(1):
            a = cp.arange(5)
            stream = cp.cuda.Stream()
            with stream:
                b = a * 2
            cp.cuda.Device(0).reset()
            assert cp.cuda.Device().id == 1
            c = a + 1
        cp.cuda.Device(2).reset()
        assert cp.cuda.Device().id == 0
        stream.synchronize()
        assert b.get().tolist() == [0, 2, 4, 6, 8] and c.get().tolist() == [1, 2, 3, 4, 5]
        """,
        CANNSIM_DEVICES="3",
    )


def test_other_threads_go_on(python):
    check(
        python,
        """
        import cupy as cp, threading
        reset, ready, results = threading.Event(), threading.Barrier(4), []
        def work():
            a = cp.ones(3)
            ready.wait()
            reset.wait()
            try:
                a + 1
            except RuntimeError as error:
                results.append("lost" in str(error))
            results.append((cp.arange(4) ** 2).sum().item() == 14)
        threads = [threading.Thread(target=work) for _ in range(3)]
        [t.start() for t in threads]
        ready.wait()
        cp.cuda.Device().reset()
        reset.set()
        [t.join() for t in threads]
        assert results == [True] * 6, results
        """,
    )


def test_checks_of_indices_that_wait_are_dropped(python):
    check(
        python,
        """
        import cupy as cp
        a, i = cp.arange(4), cp.asarray([9])
        for k in range(20):  # more than asking whether they are done brings about
            c = cp.sin(a)
        b = a[i]
        cp.cuda.Device().reset()
        cp.cuda.Device().synchronize()
        assert cp.arange(3).get().tolist() == [0, 1, 2]
        """,
        CANNSIM_ASYNC="1",
    )


def test_resetting_again_and_again_keeps_nothing(python):
    check(
        python,
        """
        import cupy as cp, faults
        simulator = faults.Simulator()
        for k in range(50):
            with cp.cuda.Stream():
                a = cp.sin(cp.ones((3, 4))) + 1.5
                b = a @ a.T
            cp.cuda.runtime.deviceReset()
            live = simulator.live()
            assert [live[k] for k in ("tensors", "executors", "device_blocks")] == [0, 0, 0], live
            if k == 1:
                first = live
        assert live == first
        """,
    )


def test_the_host_and_null_backends_can_be_reset(python):
    for backend in ("host", "null"):
        check(
            python,
            """
            import cupy as cp, pytest
            a, b = cp.ones(3), cp.ones(10**5)
            cp.cuda.Device().reset()
            assert cp.get_default_memory_pool().total_bytes() == 0
            with pytest.raises(RuntimeError, match="lost"):
                a.get()
            c = cp.ones(3) + b.size
            """,
            CUPY_BACKEND=backend,
        )
