//! The messages of `prometheus.WriteRequest`, as the protocol's page declares them, and their way onto the wire.

use bytes::Bytes;
use prost::Message;

/// All that is said in a request.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    pub(crate) timeseries: Vec<TimeSeries>,
}

/// A series and some of its samples, ascending.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    pub(crate) labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) samples: Vec<Sample>,
}

/// A name and a value.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Label {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

/// A value and its instant, ms since the epoch.
#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Sample {
    #[prost(double, tag = "1")]
    pub(crate) value: f64,
    #[prost(int64, tag = "2")]
    pub(crate) timestamp: i64,
}

/// Most bytes of a sample in its series: a header of two, nine of the value, eleven of the instant.
pub(crate) const SAMPLE_BYTES: usize = 22;

/// A request as it is sent: protobuf in snappy's block format, which has no frames.
pub(crate) fn pack(request: &WriteRequest) -> Bytes {
    let plain = request.encode_to_vec();
    let mut packed = vec![0; snap::raw::max_compress_len(plain.len())];
    // The room is what snappy itself asks for, and a batch is far from the 4 GiB that it refuses.
    let length = snap::raw::Encoder::new().compress(&plain, &mut packed).unwrap_or_default();
    packed.truncate(length);
    packed.shrink_to_fit();
    packed.into()
}
